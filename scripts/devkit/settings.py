"""Where things are: the checkout, its state folder, the user's cache, and the ports."""

import hashlib
import os
import socket
from pathlib import Path

from .console import Fault

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("STATE") or ".local")
STATE = (STATE if STATE.is_absolute() else ROOT / STATE).resolve()
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "asiakaskunta"
)

DATA = STATE / "data"  # Odoo's data_dir: filestores, sessions
LOGS = STATE / "log"
RUN = STATE / "run"  # locks, generated configuration
RECEIPTS = STATE / "receipts"
REQUIREMENTS = ROOT / "requirements"
FAMILIES = ("crm_orders", "loyalty", "retail_pos", "payroll_lite")

# Core needs little over 1 GB for Odoo, its environment, a shop and templates.
DISK_NEEDED = 3 * 1024**3


def port():
    return _port_number("PORT", 8069)


def proxy_port():
    return _port_number("PROXY_PORT", port() + 4)


def _port_number(name, default):
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise Fault(f"{name}={text} is not a port number between 1024 and 65535.")
    return int(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require_free_port(number, name):
    with socket.socket() as probe:
        # As servers do: the rests of an ended connection do not occupy a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            raise Fault(
                f"Port {number} is taken by another program; "
                f"choose another one: make run {name}={number + 100}"
            ) from None


def require_disk_space():
    folder = STATE
    while not folder.exists():
        folder = folder.parent
    stats = os.statvfs(folder)
    free = stats.f_bavail * stats.f_frsize
    if free < DISK_NEEDED:
        raise Fault(
            f"Only {free / 1024**3:.1f} GB of disk space is free at {folder}; "
            f"{DISK_NEEDED / 1024**3:.0f} GB is needed. "
            "Free some, or set STATE= to a folder on another disk."
        )


def addons():
    """Our modules: name -> folder, in the order of families and names."""
    return {
        path.parent.name: path.parent
        for family in FAMILIES
        for path in sorted((ROOT / "addons" / family).glob("*/__manifest__.py"))
    }


def digest(*parts):
    """A short hash of texts, bytes and files (their content)."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part
        content = content.encode() if isinstance(content, str) else content
        total.update(len(content).to_bytes(8, "big"))
        total.update(content)
    return total.hexdigest()[:12]


def prepare_state():
    """Create the state folder; safe to call again after parts were deleted."""
    try:
        for folder in (STATE, DATA, LOGS, RUN, CACHE):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"Cannot write to {error.filename}: {error.strerror}.") from None
    # Read by odoo.conf.
    os.environ["STATE"] = str(STATE)
