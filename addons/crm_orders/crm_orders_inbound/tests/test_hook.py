import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import channel, reading
from ..tools.lead_payload import read
from .common import InboundMixin

MODEL_LOGGER = "odoo.addons.crm_orders_inbound.models.crm_orders_event"


class ListChannel(channel.Channel):
    """A provider that sends lists of forms with the secret in a header or in the body."""

    settings = (
        channel.Setting("secret", "Secret", secret=True, in_body=True),
        channel.Setting("page", "Page", required=False, default="main"),
        channel.Setting("verify_token", "Token", secret=True, made=True),
        channel.Setting(
            "api_url",
            "API",
            required=False,
            default="https://api.example",
            advanced=True,
        ),
    )

    def handshake(self, request, settings):
        if request.method != "GET":
            return None
        if request.query.get("token") != settings["verify_token"]:
            raise channel.Refused(403, "wrong_token", "The token is wrong.")
        return channel.Answer(body=request.query.get("challenge", ""))

    def verify(self, request, settings):
        given = request.header("X-Secret")
        if not reading.same_as_any(given, settings.accepted("secret")):
            raise channel.Refused(401, "wrong_secret", "The secret is wrong.")

    def split(self, request):
        items = request.json.get("items")
        if not isinstance(items, list):
            raise channel.Unreadable("There are no items.")
        return [item.get("id") if isinstance(item, dict) else None for item in items]

    def answer(self, request, settings):
        return channel.Answer(body="ok")

    def read(self, request, index, settings):
        item = request.json["items"][index]
        if not isinstance(item, dict):
            raise channel.Unreadable("An item is no object.")
        if "email" not in item:
            return channel.Ignored("It has no address.")
        return channel.Lead(*read({k: v for k, v in item.items() if k != "id"}))


class HookMixin(InboundMixin):
    """A source of a provider that exists only here."""

    @classmethod
    def _set_up_hook(cls):
        adapter = ListChannel()
        model = type(cls.env["crm_orders.source"])
        patches = [
            patch.object(model, "_get_channels", lambda self: {"rest": adapter}),
            patch.object(model, "_has_hook", lambda self: True),
        ]
        for patcher in patches:
            cls.startClassPatcher(patcher)
        cls._set_up_source()
        cls.settings = cls.source.setting_ids.grouped("name")
        cls.settings["secret"].entry = "the secret of the test"
        cls.token = cls.source.sudo().hook_token

    def _send(self, items, secret="the secret of the test", query="", raw=None):
        body = json.dumps({"items": items}).encode() if raw is None else raw
        request = channel.Request(
            "POST",
            f"https://shop.example/hook{query}",
            {"Content-Type": "application/json", "X-Secret": secret},
            body,
        )
        return self.events._accept_hook(self.token, request, "192.0.2.1")


@tagged("post_install", "-at_install")
class TestHook(HookMixin, TransactionCase):
    """What providers send is verified, stored in parts and worked on one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_hook()

    def test_each_thing_is_a_request_of_its_own(self):
        answer = self._send(
            [
                {"id": "1", "email": "a@example.com"},
                {"id": "2"},
                {"id": "3", "email": "c@example.com"},
            ]
        )
        self.assertEqual(answer.body, "ok")
        events = self.source.event_ids.sorted("id")
        self.assertEqual(events.mapped("external_id"), ["1", "2", "3"])
        self.assertEqual(events[0], events[1:].origin_id)
        self.assertTrue(events[0].body)
        self.assertFalse(events[1].body, "the text is kept once")
        self._run_job()
        self.assertEqual(events.mapped("state"), ["done", "ignored", "done"])
        self.assertEqual(events[1].reason, "It has no address.")
        self.assertEqual(
            events.lead_id.mapped("email_from"), ["a@example.com", "c@example.com"]
        )

    def test_what_came_before_is_not_stored_again_in_whatever_company_it_comes(self):
        first, second = {"id": "1", "email": "a@example.com"}, {"id": "2"}
        self._send([first])
        self._send([second, first, first])
        self._send([first, second])
        self.assertEqual(
            self.source.event_ids.sorted("id").mapped("external_id"), ["1", "2"]
        )
        self._run_job()
        self.assertEqual(len(self.source.event_ids.lead_id), 1)

    def test_ids_that_the_database_cannot_keep_tell_things_apart_all_the_same(self):
        long, strange = "x" * 5000, "a\x00\ud800"
        for _again in range(2):
            self._send([{"id": long}, {"id": strange}, {"id": "x" * 5001}])
        self.assertEqual(len(self.source.event_ids), 3)

    def test_unsigned_requests_leave_nothing_but_a_word_to_people(self):
        with self.assertRaises(channel.Refused) as caught:
            self._send([{"id": "1"}], secret="wrong")
        self.assertEqual(caught.exception.status, 401)
        self.assertFalse(self.source.event_ids)
        with self.assertRaises(channel.Refused) as caught:
            self.events._accept_hook(
                "no such token", channel.Request("POST", "", {}, b""), "192.0.2.1"
            )
        self.assertEqual(caught.exception.status, 404)

    def test_archived_source_has_no_address(self):
        self.source.active = False
        with self.assertRaises(channel.Refused):
            self._send([{"id": "1"}])

    def test_secret_before_is_accepted_for_some_time(self):
        self.settings["secret"].entry = "a new secret of the test"
        self._send([{"id": "1"}])
        self._send([{"id": "2"}], secret="a new secret of the test")
        self.assertEqual(len(self.source.event_ids), 2)
        stored = self.settings["secret"].sudo()
        stored.previous = json.dumps(
            [["the secret of the test", "2001-01-01 00:00:00"]]
        )
        with self.assertRaises(channel.Refused):
            self._send([{"id": "3"}])

    def test_secrets_that_are_repeated_in_the_text_are_blotted_out(self):
        self._send([{"id": "1", "note": "the secret of the test"}])
        self.assertNotIn("the secret", self.source.event_ids.body)
        self._run_job()
        self.assertEqual(self.source.event_ids.state, "ignored")

    def test_verified_garbage_waits_for_people_once(self):
        for _again in range(2):
            for raw in (b"{", b'{"items": 1}', b"\xff\x00", b"[]"):
                self._send(None, raw=raw)
        self._run_job()
        events = self.source.event_ids
        self.assertEqual(len(events), 4)
        self.assertEqual(set(events.mapped("state")), {"failed"})
        self.assertEqual(set(events.mapped("attempts")), {1}, "another try is in vain")
        self.assertTrue(all(events.mapped("error")))

    def test_garbage_that_can_be_read_later_is_taken_apart(self):
        body = b'{"items": [{"id": "1", "email": "a@example.com"}, {"id": "2"}]}'
        with patch.object(
            ListChannel, "split", side_effect=channel.Unreadable("An unknown version.")
        ):
            self._send(None, raw=body)
            self._run_job()
        whole = self.source.event_ids
        self.assertEqual(whole.state, "failed")
        manager = new_test_user(
            self.env,
            "hook_replay",
            groups="crm_orders_base.group_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        whole.with_user(manager).action_replay()
        self._run_job()
        self.assertEqual(whole.state, "ignored")
        parts = (self.source.event_ids - whole).sorted("id")
        self.assertEqual(parts.mapped("state"), ["done", "ignored"])
        self.assertEqual(parts.mapped("external_id"), ["1", "2"])

    def test_far_too_many_things_are_refused(self):
        with self.assertRaises(channel.Refused) as caught:
            self._send([{"id": str(number)} for number in range(1001)])
        self.assertEqual(caught.exception.status, 413)
        self.assertFalse(self.source.event_ids)

    def test_set_aside_is_a_decision_of_a_manager(self):
        self._send(None, raw=b"{")
        self._run_job()
        event = self.source.event_ids
        rights = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        seller = new_test_user(
            self.env, "hook_seller", groups="crm_orders_base.group_user", **rights
        )
        manager = new_test_user(
            self.env, "hook_manager", groups="crm_orders_base.group_manager", **rights
        )
        with self.assertRaises(AccessError):
            event.with_user(seller).action_set_aside()
        event.with_user(manager).action_set_aside()
        self.assertEqual(event.state, "ignored")
        self.assertIn(manager.name, event.reason)
        with self.assertRaises(UserError):
            event.with_user(manager).action_replay()

    @mute_logger(MODEL_LOGGER)
    def test_one_broken_thing_does_not_hold_up_the_others(self):
        self._send(
            [
                {"id": "1", "email": "a@example.com"},
                7,
                {"id": "3", "email": "c@e.example"},
            ]
        )
        self._run_job()
        self.assertEqual(
            self.source.event_ids.sorted("id").mapped("state"),
            ["done", "failed", "done"],
        )

    def test_texts_are_kept_while_a_part_of_them_waits(self):
        self.source.keep_days = 1
        self._send([{"id": "1", "email": "a@example.com"}, 7])
        self._run_job()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '9 days'"
        )
        self.events._gc_texts()
        self.env.invalidate_all()
        first, second = self.source.event_ids.sorted("id")
        self.assertTrue(first.body, "the failed one needs it")
        second._finish("ignored", reason="seen")
        self.events._gc_texts()
        self.env.invalidate_all()
        self.assertFalse(first.body)

    def test_a_changed_address_asks_for_the_secrets_again(self):
        secret, address = self.settings["secret"], self.settings["api_url"]
        made = self.source._get_settings()["verify_token"]
        address.entry = "https://api.example"
        self.assertTrue(self.source._get_settings()["secret"], "it is the same address")
        address.entry = "https://elsewhere.example"
        self.assertFalse(self.source._get_settings()["secret"])
        self.assertTrue(secret.is_missing and secret.is_asked_again)
        self.assertIn("Enter it again", secret.note)
        self.assertEqual(self.source.health, "incomplete")
        self.assertEqual(self.source._get_settings()["verify_token"], made)
        self.assertTrue(self._send([{"id": "1", "email": "a@example.com"}]))
        secret.entry = "the secret of elsewhere"
        self.assertFalse(secret.is_missing or secret.is_asked_again)
        self.assertNotIn("again", secret.note or "")
        address.entry = ""
        self.assertFalse(self.source._get_settings()["secret"], "nor back again")

    def test_secrets_given_with_the_address_are_meant_for_it(self):
        secret, address = self.settings["secret"], self.settings["api_url"]
        for order in (1, -1):
            commands = [
                (1, secret.id, {"entry": f"secret number {order}"}),
                (1, address.id, {"entry": f"https://{order}.example"}),
            ][::order]
            self.source.write({"setting_ids": commands})
            settings = self.source._get_settings()
            self.assertEqual(settings["secret"], f"secret number {order}")
            self.assertEqual(settings["api_url"], f"https://{order}.example")
        self.env.invalidate_all()
        self.source.write(
            {
                "basic_setting_ids": [(1, secret.id, {"entry": secret.entry})],
                "advanced_setting_ids": [
                    (1, address.id, {"entry": "https://x.example"})
                ],
            }
        )
        self.assertFalse(self.source._get_settings()["secret"], "its mask is no secret")

    def test_a_way_through_another_source_leads_to_no_secret(self):
        other = self.source.copy()
        theirs = other.setting_ids.grouped("name")
        theirs["secret"].entry = "a secret of the other"
        command = (1, theirs["api_url"].id, {"entry": "https://x.example"})
        self.source.write({"setting_ids": [command]})
        self.env.invalidate_all()
        settings = other._get_settings()
        self.assertFalse(
            settings["secret"] and settings["api_url"].endswith("x.example")
        )

    def test_a_setting_of_no_source_says_nothing(self):
        new = self.env["crm_orders.source.setting"].new({"name": "x"})
        self.assertFalse(new.is_secret or new.is_missing)
        spec = {"name": {}, "entry": {}, "label": {}, "note": {}}
        found = self.env["crm_orders.source.setting"].onchange(
            {"name": "x", "entry": "y"}, ["entry"], spec
        )
        self.assertFalse(found.get("warning"))

    def test_the_form_warns_before(self):
        spec = {"name": {}, "entry": {}}
        address = self.settings["api_url"]
        found = address.onchange({"entry": "https://x.example"}, ["entry"], spec)
        self.assertIn("secrets", found["warning"]["title"])
        self.assertFalse(
            self.settings["page"]
            .onchange({"entry": "x"}, ["entry"], spec)
            .get("warning")
        )

    def test_settings_are_the_managers_and_secrets_are_nobodys(self):
        manager = new_test_user(
            self.env,
            "hook_settings",
            groups="crm_orders_base.group_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        seller = new_test_user(
            self.env, "hook_reader", groups="crm_orders_base.group_user"
        )
        setting = self.settings["secret"].with_user(manager)
        self.assertNotIn("the secret", setting.entry)
        self.assertFalse(setting.is_missing)
        for name in ("value", "previous"):
            with self.assertRaises(AccessError):
                setting.read([name])
            with self.assertRaises(AccessError):
                setting.search([(name, "like", "the")])
        setting.entry = setting.entry
        self.assertEqual(
            self.source._get_settings()["secret"], "the secret of the test"
        )
        for vals in (
            {"name": "page"},
            {"value": "x"},
            {"previous": "[]"},
            {"source_id": self.source.copy().id},
            {"entry": "y", "name": "page"},
        ):
            with self.assertRaises(AccessError):
                setting.write(vals)
        with self.assertRaises(AccessError):
            self.settings["secret"].with_user(seller).read(["entry"])
        with self.assertRaises(AccessError):
            self.source.with_user(seller).read(["hook_url"])
        with self.assertRaises(AccessError):
            self.source.with_user(manager).read(["hook_token"])
        self.assertEqual(self.settings["page"].entry, "main")
        self.assertTrue(self.settings["verify_token"].entry, "to be copied")

    def test_settings_of_other_companies_are_out_of_sight(self):
        stranger = new_test_user(
            self.env, "hook_stranger", groups="crm_orders_base.group_manager"
        )
        settings = self.env["crm_orders.source.setting"].with_user(stranger)
        self.assertFalse(settings.search([("source_id", "=", self.source.id)]))
        with self.assertRaises(AccessError):
            self.settings["secret"].with_user(stranger).write({"entry": "mine"})

    def test_kind_stays_once_something_came(self):
        self._send([{"id": "1"}])
        with self.assertRaises(UserError):
            self.source._check_kind_may_change("another")

    def test_self_test_says_what_is_missing(self):
        self.settings["secret"].sudo().value = False
        self.source.action_self_test()
        self.assertFalse(self.source.test_passed)
        self.assertIn("Secret", self.source.test_report)
        self.assertEqual(self.source.health, "incomplete")


@tagged("post_install", "-at_install")
class TestHookDoor(HookMixin, HttpCase):
    """The same over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_hook()

    def _url(self, token=None):
        return f"/crm_orders/v1/hook/{token or self.token}"

    def _post(self, data, secret="the secret of the test", token=None):
        return self.url_open(
            self._url(token),
            data=data,
            headers={"Content-Type": "application/json", "X-Secret": secret},
        )

    def test_handshake(self):
        token = self.source._get_settings()["verify_token"]
        answer = self.url_open(f"{self._url()}?token={token}&challenge=%3Cb%3E12")
        self.assertEqual((answer.status_code, answer.text), (200, "<b>12"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(
            self.url_open(f"{self._url()}?token=x&challenge=1").status_code, 403
        )
        self.assertFalse(self.source.event_ids)

    def test_request_is_stored_and_answered(self):
        answer = self._post(b'{"items": [{"id": "1", "email": "a@example.com"}]}')
        self.assertEqual((answer.status_code, answer.text), (200, "ok"))
        self.assertEqual(self.source.event_ids.external_id, "1")
        self.assertEqual(self.source.event_ids.remote_addr, "127.0.0.1")

    def test_wrong_requests_are_refused(self):
        self.assertEqual(self._post(b"{}", secret="x").status_code, 401)
        self.assertEqual(self._post(b"{}", token="x" * 24).status_code, 404)
        self.assertEqual(self.url_open(f"{self._url('a')}%00").status_code, 404)
        answer = self._post(b"x" * (1024 * 1024 + 2))
        self.assertEqual(answer.status_code, 413)
        self.assertIn("1048576 bytes", answer.text)
        self.assertEqual(
            self.url_open(self._url(), method="PUT", data=b"{}").status_code, 405
        )
        self.assertFalse(self.source.event_ids)
        self.assertEqual(self.source.refused_reason, "The secret is wrong.")
        self.assertEqual(self.source.health, "refusing")
