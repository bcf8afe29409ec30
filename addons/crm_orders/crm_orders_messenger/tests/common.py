import json
from contextlib import nullcontext
from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.crm_orders_inbound.tools import channel, reading, transport

SECRET = "secret of the test channel"


class TalkChannel(channel.Channel):
    """A messenger whose events are lists of plain things."""

    settings = (channel.Setting("secret", "Secret", secret=True),)
    max_text = 50
    reply_hours = None

    def verify(self, request, settings):
        if not reading.same_as_any(
            request.header("X-Secret"), settings.accepted("secret")
        ):
            raise channel.Refused(401, "wrong_secret", "The secret is wrong.")

    def split(self, request):
        return [item["id"] for item in request.json["items"]]

    def read(self, request, index, settings):
        item = request.json["items"][index]
        # Who is unknown by any handle has a conversation all the same.
        kind = "unheard of" if item.get("strange") else "telegram"
        handles = [channel.Handle(kind, item.get("from", "4711"))]
        if "phone" in item:
            handles.append(channel.Handle("phone", item["phone"]))
        person = channel.Person(
            handles,
            name=item.get("name", "Aino"),
        )
        thread = item.get("from", "4711")
        if "status" in item:
            return channel.Status(
                item["status"],
                item.get("ids", []),
                thread,
                item.get("until"),
                item.get("error", ""),
            )
        if "how" in item:
            return channel.Contact(person, thread, item["how"])
        return channel.Message(
            item["id"],
            person,
            thread,
            item.get("text", ""),
            [channel.Attachment(ref, f"{ref}.txt") for ref in item.get("files", ())],
            item.get("at"),
            edited=item.get("edited", False),
            reply_to=item.get("reply_to", ""),
        )

    def send_text(self, settings, thread, text, reply_to="", key=""):
        answer = yield channel.HttpCall(
            "POST", "http://talk.invalid/send", json={"to": thread, "text": text}
        )
        if answer.status != 200:
            raise channel.SendError(
                f"Refused with {answer.status}.",
                final=answer.status == 403,
                retry_after=120 if answer.status == 429 else None,
            )
        return answer.json["id"]

    def send_file(self, settings, thread, file, caption="", key=""):
        answer = yield channel.HttpCall(
            "POST",
            "http://talk.invalid/file",
            data={"to": thread},
            files=[("file", file.name, file.content, file.mimetype)],
        )
        return answer.json["id"]

    def fetch(self, settings, ref):
        answer = yield channel.HttpCall("GET", f"http://talk.invalid/files/{ref}")
        if answer.status != 200:
            raise channel.SendError("It is gone.", final=answer.status == 404)
        return channel.File(f"{ref}.txt", "text/plain", answer.body)


class Provider:
    """What stands at the other end of the wire; keeps what it was sent."""

    def __init__(self):
        self.calls = []
        self.answers = []

    def __call__(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        body = json.dumps({"id": f"m{len(self.calls)}"}).encode()
        if call.method == "GET":
            body = b"the file"
        return channel.HttpAnswer(answer, {}, body)


class MessengerMixin:
    """A source of a messenger, its provider, and people who answer."""

    @classmethod
    def _set_up_messenger(cls):
        cls.adapter = TalkChannel()
        model = type(cls.env["crm_orders.source"])
        for name, value in (
            ("_get_channels", lambda self: {"rest": cls.adapter}),
            ("_has_hook", lambda self: True),
        ):
            cls.startClassPatcher(patch.object(model, name, value))
        cls.source = cls.env["crm_orders.source"].create({"name": "Talk"})
        cls.source.setting_ids.entry = SECRET
        cls.token = cls.source.sudo().hook_token
        cls.provider = Provider()
        cls.startClassPatcher(patch.object(transport, "send", cls.provider))
        cls.seller = new_test_user(
            cls.env, "talk_seller", groups="crm_orders_base.group_user"
        )
        cls.manager = new_test_user(
            cls.env, "talk_manager", groups="crm_orders_base.group_manager"
        )

    def _receive(self, *items):
        """Take in what the provider sends and work on it; return the events."""
        before = self.source.event_ids
        self.env["crm_orders.event"]._accept_hook(
            self.token,
            channel.Request(
                "POST",
                "https://shop.example/hook",
                {"X-Secret": SECRET, "Content-Type": "application/json"},
                json.dumps({"items": items}).encode(),
            ),
            "192.0.2.1",
        )
        self._run("crm_orders_inbound.ir_cron_process_events")
        self.env.invalidate_all()
        return self.source.event_ids - before

    def _run(self, xml_id):
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            self.env.ref(xml_id).method_direct_trigger()
        self.env.invalidate_all()

    def _send(self):
        self._run("crm_orders_messenger.ir_cron_send")

    def _answer(self, lead, body, user=None, **values):
        return lead.with_user(user or self.seller).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )
