import base64

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_orders_identity.tools import handle as handle_tool

from ..tools import traces

TEXTS = ("body", "query", "headers", "remote_addr", "error")


class CrmOrdersErasure(models.AbstractModel):
    """Finds requests: those of the leads, and those that no lead was made of."""

    _inherit = "crm_orders.erasure"

    @api.model
    def _get_kinds(self):
        return {
            "events": self.env._("Received requests, with all that was sent"),
            "shared_events": self.env._(
                "Requests that came together with those of others; they are erased as"
                " soon as those are worked on"
            ),
            **super()._get_kinds(),
        }

    @api.model
    def _find(self, scope):
        found = super()._find(scope)
        events = self._find_linked_events(scope) | self._find_loose_events(scope)
        shared = self._get_shared(events)
        found["events"] = events - shared
        found["shared_events"] = shared
        return found

    @api.model
    def _erase_found(self, scope, found):
        self._erase_events(found["events"] | found["shared_events"])
        return super()._erase_found(scope, found)

    # --- finding ---

    @api.model
    def _find_linked_events(self, scope):
        """Requests that something was made of."""
        domain = self._get_linked_events_domain(scope)
        events = self.env["crm_orders.event"].sudo()
        return events.search(domain & self._get_text_domain())

    @api.model
    def _get_linked_events_domain(self, scope):
        """Requests that are theirs by what was made of them."""
        return Domain("lead_id", "in", scope.leads.ids)

    @api.model
    def _get_text_domain(self):
        """Requests of which anything is still stored, and not about to be erased."""
        holds = Domain.OR(
            Domain(f"{origin}{name}", "!=", False)
            for origin in ("", "origin_id.")
            for name in TEXTS
        )
        due = Domain("is_erasure_due", "=", True) | Domain(
            "origin_id.is_erasure_due", "=", True
        )
        return holds & ~(due & Domain("state", "in", ("done", "ignored")))

    @api.model
    def _find_loose_events(self, scope):
        """Requests without a lead that tell that they are these people's."""
        events = self.env["crm_orders.event"].sudo()
        # Each of these is looked at once more, so short ids do no harm here.
        pattern = traces.pattern_of(scope.handles, min_id=1)
        if not pattern:
            return events
        events.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.id
                  FROM crm_orders_event event
                  JOIN crm_orders_source source ON source.id = event.source_id
             LEFT JOIN crm_orders_event holder ON holder.id = event.origin_id
                 WHERE event.lead_id IS NULL
                   AND source.company_id = ANY(%(companies)s)
                   AND (
                       lower(COALESCE(holder.body, event.body)) ~ %(pattern)s
                       OR lower(COALESCE(holder.query, event.query)) ~ %(pattern)s
                       OR COALESCE(holder.body_format, event.body_format) = 'base64'
                   )
                """,
                companies=scope.companies.ids,
                pattern=pattern,
            )
        )
        candidates = events.browse(row[0] for row in rows)
        candidates = candidates.filtered_domain(self._get_text_domain())
        return candidates.filtered(lambda event: self._is_from(event, scope.handles))

    @api.model
    def _is_from(self, event, handles):
        """Whether somebody who is known by one of these handles has sent it.

        Who is merely named in what somebody else has sent is not its sender. What
        nobody can read is theirs if it names them.
        """
        try:
            people = event._get_people(event._read())
        except Exception:
            people = []
        if not people:
            return traces.mentions(self._get_text(event.origin_id or event), handles)
        keys = self.env["crm_orders.identity"]._normalise_handles(
            people, event.company_id
        )
        return not handles.isdisjoint(
            lookup[1:] for key in keys for lookup in handle_tool.lookups(*key)
        )

    @api.model
    def _get_text(self, event):
        text = event.body or ""
        if event.body_format == "base64":
            text = base64.b64decode(text).decode("latin-1")
        return f"{event.query or ''}\n{text}"

    # --- erasing ---

    @api.model
    def _get_shared(self, events):
        """Those whose text holds requests of others that are not worked on yet."""
        events = events.sudo()
        holders = events | events.origin_id
        others = events.search(
            [
                "|",
                ("id", "in", holders.ids),
                ("origin_id", "in", holders.ids),
                ("id", "not in", events.ids),
                ("state", "in", ("new", "failed")),
            ]
        )
        busy = others | others.origin_id
        return events.filtered(lambda one: (one.origin_id or one) in busy)

    @api.model
    def _erase_events(self, events):
        """Erase texts, and let nobody try again what has none any more."""
        events = events.exists()
        shared = self._get_shared(events)
        events.filtered(lambda one: one.state in ("new", "failed"))._finish(
            "ignored", reason=self.env._("Erased at the customer's request.")
        )
        holders = (events | events.origin_id) - shared - shared.origin_id
        holders._erase_texts()
        (shared.filtered(lambda one: not one.origin_id) | shared.origin_id).write(
            {"is_erasure_due": True}
        )
        events.error = False
