import json
from contextlib import nullcontext

from odoo.fields import Datetime

KEY = "test-key-of-the-web-shop"
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


class InboundMixin:
    """A source whose key is known, and short ways to send it something."""

    @classmethod
    def _set_up_source(cls, **vals):
        cls.company = cls.env["res.company"].create(
            {"name": "Kauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.source = cls.env["crm_orders.source"].create(
            {"name": "Web shop", "company_id": cls.company.id, "rate_limit": 0, **vals}
        )
        cls.source._set_key(KEY)
        cls.events = cls.env["crm_orders.event"]
        cls.leads = cls.env["crm.lead"]

    @classmethod
    def _accept(cls, payload, key=KEY, mimetype=JSON_TYPE, headers=None):
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        event_id = cls.events._accept(key, raw, mimetype, headers or {}, "192.0.2.1")
        return cls.events.browse(event_id)

    @classmethod
    def _accept_many(cls, count, prefix="id"):
        ids = [
            cls._accept(
                {
                    "external_id": f"{prefix}-{number}",
                    "name": f"Customer {number}",
                    "email": f"customer{number}@example.com",
                }
            ).id
            for number in range(count)
        ]
        return cls.events.browse(ids)

    def _run_job(self):
        """Run the job as the scheduler does, in the transaction of the test."""
        cron = self.env.ref("crm_orders_inbound.ir_cron_process_events")
        # A test that serves HTTP is in that mode already.
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            cron.method_direct_trigger()

    def _pass_time(self, events, **delta):
        """Make `events` due as if that much time had passed."""
        for event in events:
            event.next_attempt = Datetime.subtract(event.next_attempt, **delta)

    def _leads_of(self, events):
        return self.leads.search([("crm_orders_event_ids", "in", events.ids)])
