import json
import time
from urllib.parse import urlencode

from odoo.addons.crm_orders_inbound.tests.common import (
    FORM_TYPE,
    JSON_TYPE,
    InboundMixin,
)

from ..tools import ticket

SITE = "https://www.kauppa.example"


class WebMixin(InboundMixin):
    """A form on a website, and ways to send it as browsers do."""

    @classmethod
    def _set_up_form(cls, **vals):
        cls.company = cls.env["res.company"].create(
            {"name": "Kauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.form = cls.env["crm_orders.source"].create(
            {
                "name": "Website",
                "kind": "web",
                "company_id": cls.company.id,
                "web_origins": SITE,
                **vals,
            }
        )
        cls.events = cls.env["crm_orders.event"]
        cls.path = f"/crm_orders/v1/form/{cls.form.web_key}"

    def _ticket(self, age=60):
        return ticket.make(time.time() - age, self.form._sign_ticket)

    def _values(self, **values):
        return {
            "name": "Aino Virtanen",
            "email": "aino@example.com",
            "message": "Onko sinistä?",
            **values,
        }

    def _send_json(self, origin=SITE, ticket_age=60, lang="en", **values):
        body = {
            "form_id": "form-1",
            "form_ticket": self._ticket(ticket_age),
            "form_lang": lang,
            **self._values(**values),
        }
        headers = {"Content-Type": JSON_TYPE}
        if origin:
            headers["Origin"] = origin
        body = {name: value for name, value in body.items() if value is not None}
        return self.url_open(
            f"{self.path}?lang={lang}", data=json.dumps(body).encode(), headers=headers
        )

    def _send_form(self, values, headers=None, encoding="utf-8"):
        return self.url_open(
            self.path,
            data=urlencode(values, encoding=encoding).encode(),
            headers={"Content-Type": FORM_TYPE, **(headers or {})},
            allow_redirects=False,
        )
