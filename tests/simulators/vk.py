"""VK's Callback API and the methods that a community uses."""

import json
import time

from .base import Simulator


class Vk(Simulator):
    kind = "vk"
    group_id = 214167102
    secret = "aaQ13axAPQEcczQa"
    confirmation = "b1c2d3e4"
    token = "vk1.a.simulated"

    def __init__(self, hook_url="", port=0):
        super().__init__(hook_url, port)
        self.sent = []
        self.servers = []
        self._by_random_id = {}

    def settings(self):
        return {
            "group_id": str(self.group_id),
            "secret": self.secret,
            "confirmation": self.confirmation,
            "access_token": self.token,
            "api_url": self.url,
        }

    # VK takes nothing but these two letters for an answer.
    def accepts(self, delivered):
        return delivered.status == 200 and delivered.body == "ok"

    def event(self, kind, content, event_id=None):
        return self.post(
            {
                "group_id": self.group_id,
                "type": kind,
                "event_id": event_id or f"{self.number():040x}",
                "v": "5.199",
                "object": content,
                "secret": self.secret,
            }
        )

    def confirm(self, url=None):
        """Ask whether the address is ours; true when it says the code."""
        body = {"type": "confirmation", "group_id": self.group_id}
        found = self.ask(
            "POST",
            url or self.hook_url,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        return found.status == 200 and found.body == self.confirmation

    def message(self, text="", sender=612444319, event_id=None, **content):
        message = {
            "date": int(time.time()),
            "from_id": sender,
            "peer_id": sender,
            "id": self.number(),
            "conversation_message_id": self.number(),
            "out": 0,
            "text": text,
            "attachments": [],
            "fwd_messages": [],
            **content,
        }
        client = {"keyboard": True, "lang_id": 0}
        return self.event(
            "message_new", {"message": message, "client_info": client}, event_id
        )

    def photo(self, content="JPEG", sender=612444319):
        name = self.keep_file(content.encode(), "image/jpeg", f"f{self.number()}.jpg")
        size = {"type": "x", "url": f"{self.url}/files/{name}", "width": 9, "height": 9}
        photo = {"type": "photo", "photo": {"id": 1, "owner_id": 2, "sizes": [size]}}
        return self.message(sender=sender, attachments=[photo])

    def join(self, user=612444319, join_type="join"):
        return self.event("group_join", {"user_id": user, "join_type": join_type})

    # --- the API ---

    def answer(self, received):
        if received.path.startswith("/files/"):
            content, mimetype = self.files[received.path.rpartition("/")[2]]
            return 200, content, {"Content-Type": mimetype}
        if received.path.startswith("/upload/"):
            field = "photo" if "photo" in received.files else "file"
            self.files["uploaded"] = received.files[field]
            return 200, {"server": 1, "photo": "[]", "hash": "h", "file": "uploaded"}
        values = received.form
        if values.get("access_token") != self.token:
            return self.error(5, "User authorization failed")
        method = received.path.removeprefix("/method/").replace(".", "_")
        handler = getattr(self, f"_api_{method}", None)
        if not handler:
            return self.error(3, "Unknown method passed")
        found = handler(values)
        return found if isinstance(found, tuple) else (200, {"response": found})

    def error(self, code, message):
        return 200, {"error": {"error_code": code, "error_msg": message}}

    def _api_messages_send(self, values):
        if not values.get("random_id", "").isdigit():
            return self.error(100, "random_id is a required parameter")
        if not (values.get("message") or values.get("attachment")):
            return self.error(100, "message is empty or invalid")
        known = self._by_random_id.get(values["random_id"])
        if not known:
            self.sent.append(values)
            known = self._by_random_id[values["random_id"]] = self.number()
        sent = {"message_id": known, "conversation_message_id": known}
        return [{"peer_id": int(values["peer_ids"]), **sent}]

    def _api_users_get(self, values):
        user = {"first_name": "Aino", "last_name": "Virtanen", "screen_name": "aino_v"}
        return [{"id": int(values["user_ids"]), **user}]

    def _api_groups_getById(self, values):
        return {"groups": [{"id": self.group_id, "name": "Shop"}]}

    def _api_groups_getCallbackConfirmationCode(self, values):
        return {"code": self.confirmation}

    def _api_groups_getCallbackServers(self, values):
        return {"count": len(self.servers), "items": self.servers}

    def _api_groups_addCallbackServer(self, values):
        self.hook_url, self.secret = values["url"], values["secret_key"]
        server = {"id": self.number(), "url": values["url"], "status": "wait"}
        self.servers.append(server)
        self.later(self.confirm)
        return {"server_id": server["id"]}

    def _api_groups_setCallbackSettings(self, values):
        return 1

    def _api_photos_getMessagesUploadServer(self, values):
        return {"upload_url": f"{self.url}/upload/photo"}

    def _api_photos_saveMessagesPhoto(self, values):
        return [{"id": 7, "owner_id": -self.group_id, "access_key": "k"}]

    def _api_docs_getMessagesUploadServer(self, values):
        return {"upload_url": f"{self.url}/upload/doc"}

    def _api_docs_save(self, values):
        return {"type": "doc", "doc": {"id": 8, "owner_id": -self.group_id}}
