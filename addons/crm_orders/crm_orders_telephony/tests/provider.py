from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.addons.crm_orders_inbound.tools import transport
from odoo.addons.crm_orders_inbound.tools.channel import HttpAnswer

from .common import TelephonyMixin


class ProviderMixin(TelephonyMixin):
    """A source of a real provider, and the door that the provider knocks at."""

    @classmethod
    def _set_up_provider(cls, kind, **values):
        cls._set_up_people()
        cls.source = cls.env["crm_orders.source"].create(
            {
                "name": "Our line",
                "kind": kind,
                "company_id": cls.company.id,
                "team_id": cls.team.id,
            }
        )
        settings = cls.source.setting_ids.grouped("name")
        for name, value in values.items():
            settings[name].entry = value

    def _post(self, body, headers, query=""):
        """Post to the webhook over HTTP, as the provider does."""
        path = urlsplit(self.source.hook_url).path
        return self.url_open(
            f"{path}?{query}" if query else path, data=body, headers=headers
        )

    def _answering(self, *answers):
        """Let the provider give these answers, one after the other."""
        self.asked = []
        waiting = list(answers)

        def answer(call):
            self.asked.append(call)
            given = waiting.pop(0)
            return given if isinstance(given, HttpAnswer) else HttpAnswer(*given)

        return patch.object(transport, "send", answer)

    def _assert_forged_is_refused(self, *responses):
        """Nothing of a forged request is kept."""
        for response in responses:
            self.assertIn(response.status_code, (401, 403), response.text)
        self.assertFalse(self.source.event_ids)
        self.assertEqual(self.source.health, "refusing")
