from collections import namedtuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, html2plaintext
from odoo.tools.mail import parse_contact_from_email

from odoo.addons.crm_orders_base.tools.words import beyond_title

TEXT_LENGTH = 300

Feed = namedtuple("Feed", "name kind model domain date describe sudo", defaults=[False])
Feed.__doc__ = """Records of one model that belong to a timeline.

name: tells feeds apart
kind: a key of `_get_kinds`
model, domain: the records
date: the stored field by which they are in the list
describe: method `(records)` that returns `{id: dict}`, see `_get_page`
sudo: whether the domain alone says what may be read
"""


class CrmOrdersTimelineFeeds(models.AbstractModel):
    """What Odoo and our own modules know, of those that are installed."""

    _name = "crm_orders.timeline.feeds"
    _description = "Feeds of the Timeline"

    @api.model
    def _get_kinds(self):
        """`{key: {"label": words, "icon": class}}`, in the order they are offered."""
        return {
            "message": {"label": self.env._("Messages"), "icon": "fa-comments"},
            "call": {"label": self.env._("Calls"), "icon": "fa-phone"},
            "request": {"label": self.env._("Requests"), "icon": "fa-inbox"},
            "lead": {"label": self.env._("Leads"), "icon": "fa-star"},
            "order": {"label": self.env._("Orders"), "icon": "fa-shopping-cart"},
            "purchase": {"label": self.env._("Purchases"), "icon": "fa-shopping-bag"},
            "loyalty": {"label": self.env._("Points"), "icon": "fa-gift"},
            "activity": {"label": self.env._("Activities"), "icon": "fa-check"},
            "note": {"label": self.env._("Notes"), "icon": "fa-sticky-note-o"},
        }

    @api.model
    def _get_feeds(self, scope):
        """List of `Feed`; other modules extend it.

        :param scope: whose timeline it is, see `crm_orders.timeline._get_scope`
        """
        feeds = self._get_message_feeds(scope)
        theirs = Domain("partner_id", "in", scope.partners.ids)
        feeds.append(
            Feed(
                "lead",
                "lead",
                "crm.lead",
                scope.leads,
                "create_date",
                self._describe_leads,
            )
        )
        for name, kind, model, domain, date, describe in (
            ("order", "order", "sale.order", theirs, "date_order", "orders"),
            (
                "purchase",
                "purchase",
                "pos.order",
                theirs & Domain("state", "not in", ["draft", "cancel"]),
                "date_order",
                "purchases",
            ),
            (
                "loyalty",
                "loyalty",
                "loyalty.history",
                Domain("card_id.partner_id", "in", scope.partners.ids),
                "create_date",
                "loyalty",
            ),
            (
                "request",
                "request",
                "crm_orders.event",
                self._get_request_domain(scope),
                "create_date",
                "requests",
            ),
            (
                "call",
                "call",
                "crm_orders.call",
                theirs | Domain("lead_id", "any", scope.leads),
                "started",
                "calls",
            ),
        ):
            if model in self.env:
                method = getattr(self, f"_describe_{describe}")
                feeds.append(Feed(name, kind, model, domain, date, method))
        return feeds

    # --- messages ---

    @api.model
    def _get_message_feeds(self, scope):
        """Messages of documents that the reader sees, each kind of document by itself.

        Odoo looks at messages after it has found them, so that some of a page may be
        missing. Here the documents are looked at first: whoever may read one may read
        what was written on it.
        """
        documents = {
            "res.partner": self.env["res.partner"]
            .with_context(active_test=False)
            ._search([("id", "in", scope.partners.ids)]),
            "crm.lead": self._search_documents("crm.lead", scope.leads),
            "sale.order": self._search_documents(
                "sale.order", [("partner_id", "in", scope.partners.ids)]
            ),
        }
        written = Domain("message_type", "in", ["comment", "email", "email_outgoing"])
        kinds = {
            "message": written & Domain("subtype_id.internal", "=", False),
            "note": written & Domain("subtype_id.internal", "=", True),
            "activity": Domain("mail_activity_type_id", "!=", False)
            & Domain("message_type", "=", "notification"),
        }
        return [
            Feed(
                f"{kind}.{model}",
                kind,
                "mail.message",
                Domain("model", "=", model) & Domain("res_id", "in", found) & domain,
                "date",
                lambda messages: self._describe_messages(messages, scope),
                sudo=True,
            )
            for model, found in documents.items()
            for kind, domain in kinds.items()
            if found is not None
        ]

    @api.model
    def _search_documents(self, model, domain):
        records = self.env[model].with_context(active_test=False)
        return records._search(domain) if records.has_access("read") else None

    @api.model
    def _describe_messages(self, messages, scope):
        names = self._get_document_names(messages)
        result = {}
        for message in messages:
            author = message.author_id
            is_ours = any(not user.share for user in author.user_ids)
            note = message.subtype_id.internal or message.message_type == "notification"
            direction = "out" if is_ours else "in"
            who = author.name or self._get_sender(message.email_from)
            title = message.subject or who
            if message.mail_activity_type_id:
                title = message.mail_activity_type_id.name
            about = names.get((message.model, message.res_id), "")
            text = message.preview or ""
            if beyond_title(text, about) != text:
                # The document is called after this very message.
                about = ""
            result[message.id] = {
                "title": title,
                "text": text[:TEXT_LENGTH],
                "author": who,
                "about": about,
                "direction": False if note else direction,
                "model": message.model,
                "res_id": message.res_id,
            }
        return result

    @api.model
    def _get_sender(self, address):
        """The name in an address; of people in messengers nothing else is in it."""
        return parse_contact_from_email(address)[0] or address or ""

    @api.model
    def _get_document_names(self, messages):
        names = {}
        for model in set(messages.mapped("model")) - {"res.partner"}:
            ids = [one.res_id for one in messages if one.model == model]
            # The documents were found with the rights of the reader.
            for record in self.env[model].sudo().browse(ids).exists():
                names[model, record.id] = record.display_name
        return names

    # --- documents ---

    @api.model
    def _describe_leads(self, leads):
        states = dict(leads._fields["won_status"]._description_selection(self.env))
        return {
            lead.id: {
                "title": lead.name,
                "text": beyond_title(html2plaintext(lead.description or ""), lead.name)[
                    :TEXT_LENGTH
                ],
                "about": ", ".join(
                    one for one in (lead.source_id.name, lead.medium_id.name) if one
                ),
                "author": lead.user_id.name or "",
                "status": (
                    lead.stage_id.name
                    if lead.won_status == "pending"
                    else states[lead.won_status]
                ),
                "tone": {"won": "success", "lost": "danger"}.get(
                    lead.won_status, "info"
                ),
                "amount": self._format(lead.expected_revenue, lead.company_currency),
                "model": "crm.lead",
                "res_id": lead.id,
            }
            for lead in leads
        }

    @api.model
    def _describe_orders(self, orders):
        states = dict(orders._fields["state"]._description_selection(self.env))
        tones = {"sale": "success", "cancel": "danger"}
        return {
            order.id: {
                "title": order.name,
                "text": order.client_order_ref or "",
                "author": order.user_id.name or "",
                "status": states[order.state],
                "tone": tones.get(order.state, "info"),
                "amount": self._format(order.amount_total, order.currency_id),
                "model": "sale.order",
                "res_id": order.id,
            }
            for order in orders
        }

    @api.model
    def _describe_purchases(self, orders):
        return {
            order.id: {
                "title": order.pos_reference or order.name,
                "text": order.config_id.name or "",
                "author": order.user_id.name or "",
                "amount": self._format(order.amount_total, order.currency_id),
                "model": "pos.order",
                "res_id": order.id,
            }
            for order in orders
        }

    @api.model
    def _describe_loyalty(self, lines):
        result = {}
        for line in lines:
            program = line.card_id.program_id
            points = [
                text
                for text, amount in (
                    (f"+{line.issued:g}", line.issued),
                    (f"−{line.used:g}", line.used),
                )
                if amount
            ]
            result[line.id] = {
                "title": program.name,
                "text": line.description or "",
                "amount": " ".join([*points, line.card_id.point_name or ""]).strip(),
                "model": "loyalty.card",
                "res_id": line.card_id.id,
            }
        return result

    # --- our own family ---

    @api.model
    def _get_request_domain(self, scope):
        """Requests that are no messages: those are there as messages already."""
        domain = Domain("lead_id", "any", scope.leads)
        model = self.env.get("crm_orders.event")
        if model is not None and "message_id" in model._fields:
            domain &= Domain("message_id", "=", False)
        return domain

    @api.model
    def _describe_requests(self, events):
        states = dict(events._fields["state"]._description_selection(self.env))
        words = events._get_words()
        return {
            event.id: {
                "title": event.source_id.name,
                "text": words[event.id][:TEXT_LENGTH],
                "about": event.lead_id.name or "",
                "direction": "in",
                "status": states[event.state],
                "tone": "danger" if event.state == "failed" else "info",
                "model": "crm.lead",
                "res_id": event.lead_id.id,
            }
            for event in events
        }

    @api.model
    def _describe_calls(self, calls):
        states = dict(calls._fields["state"]._description_selection(self.env))
        return {
            call.id: {
                "title": call.number or call.caller_name or self.env._("Hidden number"),
                "text": (call.note or "")[:TEXT_LENGTH],
                "author": call.user_id.name or "",
                "direction": call.direction,
                "status": states[call.state],
                "tone": "danger" if call.is_missed else "success",
                "amount": f"{call.duration // 60}:{call.duration % 60:02}"
                if call.duration
                else "",
                "model": "crm_orders.call",
                "res_id": call.id,
            }
            for call in calls
        }

    @api.model
    def _format(self, amount, currency):
        return format_amount(self.env, amount, currency) if amount and currency else ""
