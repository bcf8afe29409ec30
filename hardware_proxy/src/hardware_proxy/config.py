"""Settings: defaults, then the TOML file, then the command line."""

import ipaddress
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from .errors import ConfigError
from .printer import PROFILES

DEFAULT_PORT = 8073
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
RESERVED = {"k", "v1", "hw_proxy", "cgi-bin"}
TOKEN = re.compile(r"[A-Za-z0-9_-]{12,64}")
ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")


@dataclass
class PrinterSettings:
    """One printer; `kind` is `virtual` or `network`."""

    name: str
    kind: str = "network"
    host: str = ""
    port: int = 9100
    profile: str = "epson"
    dots: int = 576
    threshold: int = 160
    drawer: bool = True
    drawer_pin: int = 2
    reply_timeout: float = 2.0
    job_timeout: float = 120.0

    def __post_init__(self):
        where = f"Printer {self.name!r}"
        if not NAME.fullmatch(self.name) or self.name in RESERVED:
            raise ConfigError(
                f"{where}: a name has up to 20 small letters, digits, - or _, and is"
                f" none of {', '.join(sorted(RESERVED))}."
            )
        if self.kind not in ("virtual", "network"):
            raise ConfigError(f"{where}: kind must be 'virtual' or 'network'.")
        if self.kind == "network" and not self.host:
            raise ConfigError(f"{where}: a network printer needs its host.")
        if self.profile not in PROFILES:
            raise ConfigError(f"{where}: profile is one of {', '.join(PROFILES)}.")
        if not 64 <= self.dots <= 2048 or self.dots % 8:
            raise ConfigError(
                f"{where}: dots is a multiple of 8, such as 576 (80 mm) or 384 (58 mm)."
            )
        if not 1 <= self.threshold <= 255:
            raise ConfigError(f"{where}: threshold lies between 1 and 255.")
        if self.drawer_pin not in (2, 5):
            raise ConfigError(f"{where}: drawer_pin is 2 or 5.")


@dataclass
class Settings:
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    state: Path = Path("hardware_proxy_state")
    receipts: Path | None = None
    #: Web addresses of the Odoo servers whose pages may use the devices.
    origins: tuple = ("http://127.0.0.1:8069", "http://localhost:8069")
    #: Names under which this service is reached, besides localhost and IP addresses.
    hosts: tuple = ()
    #: Name of a till to its secret. Empty: the loopback address needs none.
    tokens: dict = field(default_factory=dict)
    printers: tuple = ()
    default_printer: str = ""
    scanner: str = "none"
    scale: str = "none"
    #: How long a print request is held for a real answer. Below the 15 s after which
    #: the POS gives up on an ePOS printer.
    answer_wait: float = 10.0
    #: How long the same picture counts as a repetition of an unanswered request.
    repeat_window: float = 180.0
    status_interval: float = 10.0
    drawer_min_interval: float = 1.0
    drawer_per_minute: int = 20
    keep_days: int = 14
    copy_text: str = "COPY"
    max_body: int = 10 * 1024 * 1024
    #: How long a caller may take for the head of a request, and again for its body.
    #: Also how long a connection without a request stays open.
    request_timeout: float = 20.0
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    def check(self):
        """Refuse what would be unsafe or could not work."""
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise ConfigError(
                    f"Origin {origin!r}: write it as http(s)://host[:port], small"
                    " letters, without a path."
                )
        for till, token in self.tokens.items():
            if not isinstance(token, str) or not TOKEN.fullmatch(token):
                raise ConfigError(
                    f"The token of {till!r} must have 12 to 64 letters, digits, - or _."
                )
        if not self.is_loopback and not self.tokens:
            raise ConfigError(
                f"Listening on {self.host} lets the whole network in: set a token"
                " for every till ([tokens] in the file, or HARDWARE_PROXY_TOKEN)."
            )
        if not self.printers:
            raise ConfigError(
                "No printer is configured. Name one in the file, or start with"
                " --virtual to try the service without devices."
            )
        names = [printer.name for printer in self.printers]
        if len(set(names)) != len(names):
            raise ConfigError("Two printers have the same name.")
        if self.default_printer and self.default_printer not in names:
            raise ConfigError(f"default_printer {self.default_printer!r} is unknown.")
        for kind in ("scanner", "scale"):
            if getattr(self, kind) not in ("none", "virtual"):
                raise ConfigError(f"{kind} must be 'none' or 'virtual'.")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ConfigError("HTTPS needs both tls_certificate and tls_key.")
        if self.request_timeout <= 0:
            raise ConfigError("request_timeout must be more than 0 seconds.")
        if not 0 <= self.port <= 65535:
            raise ConfigError("port lies between 0 and 65535.")
        return self

    @property
    def is_loopback(self):
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def receipts_folder(self):
        return self.receipts or self.state / "receipts"


VIRTUAL_PRINTERS = (
    {"name": "receipt", "kind": "virtual"},
    {"name": "kitchen", "kind": "virtual", "drawer": False},
)

PATHS = ("state", "receipts", "tls_certificate", "tls_key")


def load(arguments, environ=os.environ):
    """Settings from parsed command line arguments."""
    values = _read_file(arguments.config) if arguments.config else {}
    folder = Path(arguments.config).parent if arguments.config else Path()
    for name in PATHS:
        if values.get(name):
            values[name] = folder / values[name]
    for name in ("host", "port", "state", "receipts"):
        if getattr(arguments, name) is not None:
            values[name] = getattr(arguments, name)
    if arguments.allow_origin:
        values["origins"] = arguments.allow_origin
    if arguments.allow_host:
        values["hosts"] = arguments.allow_host
    if token := environ.get("HARDWARE_PROXY_TOKEN"):
        values.setdefault("tokens", {})["till"] = token
    if arguments.virtual:
        values["printers"] = list(VIRTUAL_PRINTERS)
        values["scanner"] = values["scale"] = "virtual"
    values["printers"] = tuple(
        _build(PrinterSettings, printer, "A printer")
        for printer in values.get("printers", [])
    )
    for name in ("origins", "hosts"):
        if name in values:
            values[name] = tuple(text.rstrip("/").lower() for text in values[name])
    for name in PATHS:
        if values.get(name) is not None:
            values[name] = Path(values[name])
    if values.get("receipts") and not values.get("state"):
        values["state"] = values["receipts"].parent / "hardware_proxy"
    return _build(Settings, values, "The configuration").check()


def _read_file(name):
    try:
        with open(name, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"Cannot read {name}: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}.") from error


def _build(cls, values, what):
    known = {item.name: item for item in fields(cls)}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"{what} has no setting {name!r}.")
        expected = known[name].type
        if expected is float and isinstance(value, int):
            continue
        if expected in (str, int, float, bool, dict) and type(value) is not expected:
            raise ConfigError(f"{what}: {name} must be of type {expected.__name__}.")
    try:
        return cls(**values)
    except TypeError as error:
        raise ConfigError(f"{what} is incomplete: {error}.") from error
