from odoo import api, models
from odoo.fields import Domain


class CrmOrdersErasure(models.AbstractModel):
    """Finds what was written both ways, and the accounts it was written by."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            "conversations": self.env._("Conversations in messengers"),
            "outgoing": self.env._("Answers in messengers"),
            "attachments": self.env._("Files in messengers"),
            **super()._get_kinds(),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        here = Domain("source_id.company_id", "in", scope.companies.ids)
        found["conversations"] = (
            self.env["crm_orders.conversation"]
            .sudo()
            .search(
                here
                & (
                    Domain("identity_id", "in", scope.identities.ids)
                    | Domain("identity_id", "=", False)
                    & (
                        Domain("lead_id", "in", scope.leads.ids)
                        # Whose lead was deleted, as it is with text messages.
                        | Domain("lead_id", "=", False)
                        & Domain("thread", "in", self._get_threads(scope))
                    )
                )
            )
        )
        found["outgoing"] = (
            self.env["crm_orders.outgoing"]
            .sudo()
            .search(
                here
                & (
                    Domain("conversation_id", "in", found["conversations"].ids)
                    | Domain("lead_id", "in", scope.leads.ids)
                )
            )
        )
        events = found["events"] | found["shared_events"]
        messages = events.message_id | found["outgoing"].message_id
        found["messages"] |= messages.filtered(
            lambda one: one.body or one.attachment_ids
        )
        found["attachments"] = (
            self.env["crm_orders.attachment"]
            .sudo()
            .search([("message_id", "in", found["messages"].ids)])
        )
        return found

    @api.model
    def _get_threads(self, scope):
        """What providers may call a conversation with these people."""
        values = {value for _kind, _scope, value in scope.handles}
        return list(values | {value.removeprefix("+") for value in values})

    @api.model
    def _erase_found(self, scope, found):
        # A file that is not fetched yet is never fetched then.
        self._erase_notes_of_files(found["attachments"])
        found["attachments"].unlink()
        found["outgoing"].unlink()
        guests = found["conversations"].guest_id
        found["conversations"].unlink()
        result = super()._erase_found(scope, found)
        guests.unlink()
        return result

    @api.model
    def _erase_notes_of_files(self, attachments):
        """Notes tell of files that could not be fetched, by their names."""
        failed = attachments.filtered(lambda one: one.state == "failed" and one.name)
        for one in failed:
            self.env["mail.message"].sudo().search(
                [
                    ("model", "=", one.message_id.model),
                    ("res_id", "=", one.message_id.res_id),
                    ("message_type", "=", "notification"),
                    ("body", "like", one.name),
                ]
            ).body = ""
