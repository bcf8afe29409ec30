import json
from contextlib import nullcontext
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import new_test_user

from odoo.addons.crm_orders_inbound.tools import channel, reading
from odoo.addons.crm_orders_inbound.tools.channel import Call, Request

TOKEN = "token-of-the-test-line"
CUSTOMER, OTHER, OWN = "+358401234567", "+358501112233", "+358912345678"


class Line(channel.Channel):
    """A line that posts calls as JSON, which is all that the tests need to know."""

    kind = "rest"

    def verify(self, request, settings):
        if request.header("X-Token") != TOKEN:
            raise channel.Refused(403, "wrong", "The token is wrong.")

    def split(self, request):
        return [reading.text(request.json, "event_id")]

    def read(self, request, index, settings):
        return Call(**{"state": "", "direction": "in", **request.json["call"]})

    def call(self, settings, agent, number, hook_url):
        answer = yield channel.HttpCall("POST", "http://localhost/call", json=number)
        return reading.text(answer.json, "id")

    def fetch(self, settings, ref):
        answer = yield channel.HttpCall("GET", f"http://localhost/{ref}")
        if answer.status != 200:
            raise channel.SendError("It is not there.", final=answer.status == 404)
        return channel.File("x", answer.header("Content-Type"), answer.body)


class TelephonyMixin:
    """A company with a telephone line, two sellers and a customer."""

    @classmethod
    def _set_up_line(cls):
        """A line whose provider is `Line`."""
        sources = type(cls.env["crm_orders.source"])
        for name, value in (
            ("_get_channels", lambda self: {"rest": Line()}),
            ("_get_telephony_kinds", lambda self: {"rest"}),
        ):
            patcher = patch.object(sources, name, value)
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        cls._set_up_people()
        cls.source = cls.env["crm_orders.source"].create(
            {
                "name": "Our line",
                "company_id": cls.company.id,
                "team_id": cls.team.id,
                "hook_token": "hook-of-the-test-line",
            }
        )

    @classmethod
    def _set_up_people(cls):
        cls.company = cls.env["res.company"].create(
            {"name": "Puhelinkauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.leader = cls._new_user("phone_leader", "crm_orders_base.group_user")
        cls.seller = cls._new_user("phone_seller", "crm_orders_base.group_user")
        cls.seller.crm_orders_extension = "101, +358505556677"
        cls.colleague = cls._new_user("phone_colleague", "crm_orders_base.group_user")
        cls.colleague.crm_orders_extension = "102"
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Puhelinmyynti",
                "user_id": cls.leader.id,
                "company_id": cls.company.id,
                "member_ids": [(6, 0, (cls.seller | cls.colleague).ids)],
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Aino Asiakas",
                "phone": CUSTOMER,
                "country_id": cls.env.ref("base.fi").id,
            }
        )
        cls.calls = cls.env["crm_orders.call"]
        cls.callbacks = cls.env["crm_orders.callback"]
        cls.counter = 0

    @classmethod
    def _new_user(cls, login, groups, **vals):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tz="Europe/Helsinki",
            **vals,
        )

    def _report(self, external_id, state, at=0, **more):
        """Post one event of a call, `at` seconds after the beginning of the test."""
        type(self).counter += 1
        call = {
            "external_id": external_id,
            "state": state,
            "caller": CUSTOMER,
            "callee": OWN,
            "occurred": self._at(at),
            **more,
        }
        body = json.dumps({"event_id": f"e{self.counter}", "call": call}).encode()
        self.env["crm_orders.event"]._accept_hook(
            "hook-of-the-test-line",
            Request("POST", "http://localhost/", {"X-Token": TOKEN}, body),
            "192.0.2.1",
        )

    def _at(self, seconds):
        return Datetime.now().timestamp() + seconds

    def _run(self, xml_id):
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            self.env.ref(xml_id).method_direct_trigger()
        self.env.invalidate_all()

    def _process(self):
        self._run("crm_orders_inbound.ir_cron_process_events")
        failed = self.source.event_ids.filtered(lambda one: one.state != "done")
        self.assertFalse(failed.filtered("error"), failed.mapped("error"))

    def _call(self, external_id, at=0, end="missed", talk=60, **more):
        """A whole call; `end` is how it ends."""
        self._report(external_id, "ringing", at, **more)
        if end == "answered":
            self._report(external_id, "answered", at + 5, **more)
            self._report(external_id, "ended", at + 5 + talk, **more)
        else:
            self._report(external_id, end, at + 20, **more)
        self._process()
        return self._get(external_id)

    def _get(self, external_id):
        return self.calls.search(
            [("external_id", "=", external_id), ("source_id", "=", self.source.id)]
        )
