"""Many senders at once, who send again whatever was not acknowledged.

Standard library only: `tests/faults` uses it outside any environment.
"""

import json
import queue
import threading
import time
import urllib.error
import urllib.request

SENDERS = 4
TIMEOUT = 30
GIVE_UP = 300  # seconds without an acknowledgement


def form(number, key):
    """A lead of a person of its own, by the REST door."""
    body = {
        "external_id": f"storm-{number}",
        "name": f"Storm {number}",
        "email": f"storm.{number}@example.com",
        "message": f"Form {number}",
    }
    headers = {"Content-Type": "application/json", "X-Source-Key": key}
    return "/crm_orders/v1/leads", headers, body


def telegram(number, hook_path, secret, messages_each=5):
    """A message of one of those who write `messages_each` times."""
    person = 7000000 + number // messages_each
    who = {"id": person, "is_bot": False, "first_name": f"Storm {person}"}
    body = {
        "update_id": 900000 + number,
        "message": {
            "message_id": number,
            "date": 1700000000 + number,
            "text": f"Storm message {number}",
            "from": who,
            "chat": {"id": person, "type": "private", "first_name": who["first_name"]},
        },
    }
    headers = {
        "Content-Type": "application/json",
        "X-Telegram-Bot-Api-Secret-Token": secret,
    }
    return hook_path, headers, body


class Storm:
    """Sends `(path, headers, body)` as fast as the shop takes them, in the background.

    Every fifth is sent twice although it was acknowledged, as after a lost answer.
    """

    def __init__(self, base_url, requests):
        self.base_url = base_url
        self.acknowledged = 0
        self.refused = []
        self.failures = 0
        self._waiting = queue.Queue()
        for number, request in enumerate(requests):
            self._waiting.put((number, request))
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(SENDERS)
        ]

    def start(self):
        for thread in self._threads:
            thread.start()

    def join(self):
        """Wait until everything is acknowledged."""
        for thread in self._threads:
            thread.join(GIVE_UP)
            if thread.is_alive():
                raise AssertionError("Some requests were never acknowledged.")

    def wait_for(self, count):
        """Wait until so many are acknowledged."""
        end = time.monotonic() + GIVE_UP
        while self.acknowledged < count:
            if time.monotonic() > end:
                raise AssertionError(f"Only {self.acknowledged} were acknowledged.")
            time.sleep(0.02)

    def _work(self):
        while True:
            try:
                number, request = self._waiting.get_nowait()
            except queue.Empty:
                return
            for _copy in range(2 if number % 5 == 0 else 1):
                self._send_until_taken(request)
            with self._lock:
                self.acknowledged += 1

    def _send_until_taken(self, request):
        path, headers, body = request
        content = json.dumps(body).encode()
        end = time.monotonic() + GIVE_UP
        while time.monotonic() < end:
            asked = urllib.request.Request(self.base_url + path, content, headers)
            try:
                with urllib.request.urlopen(asked, timeout=TIMEOUT):
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    self.refused.append((error.code, error.read()[:200]))
                    return
            except OSError:
                pass
            self.failures += 1
            time.sleep(0.2)
