from collections import namedtuple

from odoo import Command, api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..tools import handle as handle_tool

Scope = namedtuple("Scope", "partners leads identities handles companies")
Scope.__doc__ = """Whose texts are erased.

partners: the customers, their contacts, and the cards that were merged into these
leads: their leads, and those that were chosen themselves
identities: what they are known by besides what is on their cards
handles: set of (kind, scope, value) of all that they and nobody else is known by
companies: whose things are erased; what others were sent is theirs to erase
"""

# What Odoo itself says in a thread, such as that a stage was changed.
SYSTEM_MESSAGES = ("notification", "user_notification")


class CrmOrdersErasure(models.AbstractModel):
    """Finds and erases what people have sent, wherever a module keeps a copy of it.

    A module that keeps something names it in `_get_kinds`, finds it in `_find` and
    erases it in `_erase_found`. What is announced before is found in the same way as
    what is erased afterwards.
    """

    _name = "crm_orders.erasure"
    _description = "Erasing of What Was Sent"

    @api.model
    def _erase(self, partners, leads):
        """Erase for good what these customers, or the senders of these leads, have sent.

        The cards and the leads themselves stay, and nothing that the law wants kept,
        such as orders and invoices, is touched.
        """
        scope = self._get_scope(partners, leads)
        found = self._find(scope)
        counts = self._count(found)
        self._erase_found(scope, found)
        self._note_erased(partners, scope.leads, counts)
        return counts

    @api.model
    def _announce(self, partners, leads):
        """`{kind: how many}` of what would be erased."""
        return self._count(self._find(self._get_scope(partners, leads)))

    # --- what modules extend ---

    @api.model
    def _get_kinds(self):
        """`{kind: words}` of all that may be found, in the order in which it is told."""
        return {
            "notes": self.env._("Notes of leads"),
            "messages": self.env._("Messages, with their files"),
            "identities": self.env._("Accounts, further numbers and addresses"),
        }

    @api.model
    def _find(self, scope):
        """`{kind: records}` that hold what was sent, as superuser's."""
        return {
            "notes": scope.leads.filtered("description"),
            "messages": self._find_messages("crm.lead", scope.leads),
            "identities": scope.identities,
        }

    @api.model
    def _erase_found(self, scope, found):
        """Erase what `_find` has found; extensions begin with their own."""
        self._erase_messages(found["messages"])
        found["notes"].description = False
        found["identities"].exists().unlink()

    # --- whose ---

    @api.model
    def _get_scope(self, partners, leads):
        self._check_may_erase(partners, leads)
        partners = self._get_cards(partners)
        # What other companies were sent by the same customer is theirs to erase.
        everything = self.env["crm.lead"].with_context(active_test=False)
        leads |= everything.search([("partner_id", "in", partners.ids)])
        # People have no right to write on most of what is kept.
        partners, leads = partners.sudo(), leads.sudo()
        companies = self.env.companies
        known_as = (
            self.env["crm_orders.identity"]
            .sudo()
            .search(
                [
                    ("company_id", "in", [*companies.ids, False]),
                    "|",
                    ("partner_id", "in", partners.ids),
                    "&",
                    ("partner_id", "=", False),
                    ("lead_id", "in", leads.ids),
                ]
            )
        )
        return Scope(
            partners,
            leads,
            known_as.filtered(lambda one: one.origin != "card"),
            self._get_own_handles(partners, leads, known_as),
            companies,
        )

    @api.model
    def _check_may_erase(self, partners, leads):
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(self.env._("Only a manager of Orders may erase."))
        partners.check_access("write")
        leads.check_access("write")

    @api.model
    def _get_cards(self, partners):
        """These customers with their contacts, and what was merged into them."""
        everybody = partners.with_context(active_test=False)
        found = everybody.browse()
        fresh = everybody
        while fresh:
            fresh = everybody.search([("id", "child_of", fresh.ids)])
            fresh |= everybody.search([("crm_orders_merged_into_id", "in", fresh.ids)])
            fresh -= found
            found |= fresh
        return found

    @api.model
    def _get_own_handles(self, partners, leads, identities):
        """What only these people are known by: of what others share, nothing is told."""
        handles = {(one.kind, one.scope or "", one.value) for one in identities}
        for lead in leads:
            handles.add((handle_tool.PHONE, "", lead.phone_sanitized))
            handles.add((handle_tool.EMAIL, "", lead.email_normalized))
        handles = {one for one in handles if one[2]}
        values = [one[2] for one in handles if one[0] in handle_tool.SHARED_KINDS]
        others = (
            self.env["crm_orders.identity"]
            .sudo()
            .search_fetch(
                [("value", "in", values), ("partner_id", "not in", partners.ids)],
                ["kind", "scope", "value"],
            )
        )
        return handles - {(one.kind, one.scope or "", one.value) for one in others}

    # --- messages ---

    @api.model
    def _find_messages(self, model, records):
        """What was written both ways in these threads, except for employees' notes."""
        messages = self.env["mail.message"].sudo()
        if not records:
            return messages
        written = Domain("message_type", "not in", SYSTEM_MESSAGES) & (
            Domain("message_type", "=", "email")
            | Domain("subtype_id.internal", "=", False)
            | Domain("author_guest_id", "!=", False)
        )
        holds = (
            Domain("body", "not in", [False, ""])
            | Domain("subject", "not in", [False, ""])
            | Domain("attachment_ids", "!=", False)
        )
        here = Domain("model", "=", model) & Domain("res_id", "in", records.ids)
        return messages.search(here & written & holds)

    @api.model
    def _erase_messages(self, messages):
        """Empty messages as Odoo itself empties one that its author removes."""
        messages = messages.exists()
        if not messages:
            return
        mails = self.env["mail.mail"].sudo()
        # One that is still to be sent has to say what it says; it is erased after that.
        mails.search(
            [("mail_message_id", "in", messages.ids), ("state", "!=", "outgoing")]
        ).write({"body_html": False, "email_to": False, "email_cc": False})
        for name in ("mail.message.translation", "mail.message.link.preview"):
            self.env[name].sudo().search([("message_id", "in", messages.ids)]).unlink()
        self._erase_files(messages)
        messages.write(
            {
                "body": "",
                "subject": False,
                "attachment_ids": [Command.clear()],
                "incoming_email_to": False,
                "incoming_email_cc": False,
            }
        )
        messages.author_guest_id.name = self.env._("Erased")

    @api.model
    def _erase_files(self, messages):
        """Delete files of messages, but none that belongs to an order or an invoice."""
        threads = {(message.model, message.res_id) for message in messages}
        messages.attachment_ids.filtered(
            lambda file: (
                not file.res_id
                or file.res_model in ("mail.message", "mail.compose.message")
                or (file.res_model, file.res_id) in threads
            )
        ).unlink()

    # --- telling ---

    @api.model
    def _count(self, found):
        return {kind: len(records) for kind, records in found.items() if records}

    @api.model
    def _get_lines(self, counts):
        """`[(words, how many)]` of `{kind: how many}`."""
        return [
            (words, counts[kind])
            for kind, words in self._get_kinds().items()
            if counts.get(kind)
        ]

    @api.model
    def _note_erased(self, partners, leads, counts):
        """Leave a note of who erased how much; it says nothing of what it was."""
        lines = ", ".join(
            f"{words}: {count}" for words, count in self._get_lines(counts)
        )
        body = self.env._(
            "%(user)s erased what this customer had sent. %(what)s",
            user=self.env.user.name,
            what=lines or self.env._("There was nothing."),
        )
        for records in (partners.sudo(), leads):
            records._message_log_batch(bodies=dict.fromkeys(records.ids, body))
