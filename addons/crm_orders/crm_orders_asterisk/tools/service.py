"""The service at the exchange: tells Odoo of its calls, and starts calls for Odoo.

Three things happen beside each other and never wait for one another: listening to the
exchange, posting what was heard, and asking Odoo for calls to start.
"""

import argparse
import configparser
import json
import logging
import re
import signal
import ssl
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

from .ami_client import Client, to_form
from .ami_protocol import BackOff
from .dialplan import TOKEN_HEADER
from .spool import Spool

_logger = logging.getLogger("crm_orders_asterisk")

POST_TIMEOUT = 20
# Answers that say "not now": an address, a token or a proxy may be put right by a person.
LATER = {400, 401, 403, 404, 405, 408, 409, 425, 429}
PATIENCE = 60
AGENT = re.compile(r"[A-Za-z0-9_.-]{1,40}")
NUMBER = re.compile(r"\+?[0-9*#]{1,32}")


class KeepingClient(Client):
    """Listens, and keeps what it knows of the calls under way."""

    def __init__(self, *arguments, spool, **options):
        super().__init__(*arguments, **options)
        self._spool = spool
        self._calls.restore(spool.kept_calls())

    def _turn(self, line, connection):
        result = super()._turn(line, connection)
        self._spool.keep_calls(self._calls.dump())
        return result


class Poster:
    """Hands the reports to Odoo, one after the other, until each is taken."""

    def __init__(self, spool, url, token):
        self._spool, self._url, self._token = spool, url, token
        self.news = threading.Event()

    def deliver(self, call):
        """Keep a change of a call; it is on the disk when this returns."""
        fields = to_form(call, self._token)
        # The token is not written to the disk, and may be another one by then.
        fields.pop("token")
        self._spool.add(fields)
        self.news.set()

    def run(self, stop):
        back_off = BackOff(longest=PATIENCE)
        while not stop.is_set():
            report = self._spool.first()
            if report is None:
                self.news.wait(1)
                self.news.clear()
            elif self._post(*report):
                back_off.succeeded()
            else:
                stop.wait(back_off.failed())

    def _post(self, report_id, fields):
        """Whether the report needs no further attempt."""
        body = urllib.parse.urlencode(fields).encode()
        form = "application/x-www-form-urlencoded"
        status, said = post(self._url, body, form, self._token)
        if status is not None and 200 <= status < 300:
            self._spool.done(report_id)
            return True
        if status is None or status >= 500 or status in LATER:
            _logger.warning("Odoo did not take a report (%s), trying again", said)
            return False
        _logger.error("Odoo refused a report for good (%s): %s", said, fields)
        self._spool.refuse(report_id, str(said))
        return True


class Caller:
    """Asks Odoo for calls to start, and hands them to the exchange."""

    def __init__(self, client, url, token, config):
        self._client, self._url, self._token = client, url, token
        self._pause = config.getfloat("every_seconds", 1.5)
        self._channel = config.get("channel", "PJSIP/%s")
        self._context = config.get("context", "from-internal")
        self._results = []

    def run(self, stop):
        back_off = BackOff(longest=PATIENCE)
        while not stop.is_set():
            if self._ask():
                back_off.succeeded()
                stop.wait(self._pause)
            else:
                stop.wait(max(self._pause, back_off.failed()))

    def _ask(self):
        results = self._results
        body = {"status": self._client.status, "results": results}
        status, said = post(
            self._url, json.dumps(body).encode(), "application/json", self._token
        )
        if status != 200:
            _logger.warning("Odoo could not be asked for calls to start (%s)", said)
            return False
        self._results = []
        try:
            orders = json.loads(said)["orders"]
            for order in orders:
                self._start(order["id"], order["agent"], order["number"])
        except (ValueError, KeyError, TypeError):
            _logger.exception("Odoo's answer was not understood")
            return False
        return True

    def _start(self, order_id, agent, number):
        error = ""
        if self._client.status != "listening":
            error = "There is no connection to the exchange."
        elif not AGENT.fullmatch(agent) or not NUMBER.fullmatch(number):
            error = "The extension or the number cannot be dialled."
        if error:
            self._results.append({"id": order_id, "error": error})
        else:
            self._client.call(self._channel.replace("%s", agent), number, self._context)


def post(url, body, mimetype, token):
    """`(status, text)` of the answer; status None when there was none."""
    request = urllib.request.Request(
        url, body, {"Content-Type": mimetype, TOKEN_HEADER: token}
    )
    try:
        with urllib.request.urlopen(request, timeout=POST_TIMEOUT) as answer:
            return answer.status, answer.read(65536).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, f"{error.code}"
    except (OSError, ValueError) as error:
        return None, f"{type(error).__name__}"


def read_config(path):
    """The settings; what is missing is said at once.

    :raise ValueError: in words for people
    """
    config = configparser.ConfigParser(interpolation=None)
    if not config.read(path, encoding="utf-8"):
        raise ValueError(f"{path} cannot be read.")
    needed = {
        "asterisk": ("host", "username", "secret"),
        "odoo": ("hook_url", "token"),
        "service": ("spool",),
    }
    for section, names in needed.items():
        for name in names:
            if not config.get(section, name, fallback="").strip():
                raise ValueError(f"{path}: {name} is missing under [{section}].")
    if "/hook/" not in config["odoo"]["hook_url"]:
        raise ValueError(f"{path}: hook_url is the webhook address of the source.")
    return config


def build(config):
    """`(client, poster, caller, spool)`, none of which runs yet."""
    exchange, odoo, own = config["asterisk"], config["odoo"], config["service"]
    hook_url, token = odoo["hook_url"].strip(), odoo["token"].strip()
    spool = Spool(own["spool"])
    poster = Poster(spool, hook_url, token)
    contexts = [word for word in exchange.get("inbound_contexts", "").split() if word]
    client = KeepingClient(
        (exchange["host"], exchange.getint("port", 5038)),
        exchange["username"],
        exchange["secret"],
        poster.deliver,
        tls=ssl.create_default_context() if exchange.getboolean("tls", False) else None,
        contexts=contexts or None,
        spool=spool,
    )
    orders_url = hook_url.replace("/hook/", "/asterisk/", 1) + "/orders"
    return client, poster, Caller(client, orders_url, token, own), spool


def main(arguments):
    """Run until a signal says to stop; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", help="path of the settings, see the README")
    parser.add_argument("--check", action="store_true", help="only read the settings")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        config = read_config(options.config)
        if options.check:
            return 0
        client, poster, caller, spool = build(config)
    except (ValueError, OSError, configparser.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_ignored: stop.set())
    workers = [
        threading.Thread(target=_run, args=(worker, stop), daemon=True)
        for worker in (client, poster, caller)
    ]
    for worker in workers:
        worker.start()
    _logger.info("Running; %s reports wait, %s were refused", *spool.count())
    while not stop.wait(1):
        if not all(worker.is_alive() for worker in workers):
            # Whoever started the service starts it again, with all that was kept.
            return 1
    for worker in workers:
        worker.join(POST_TIMEOUT + 5)
    spool.close()
    return 0


def _run(worker, stop):
    try:
        worker.run(stop)
    except Exception:
        _logger.exception("The service has to be started again")
