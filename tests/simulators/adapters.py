"""Our adapters without Odoo: their modules are loaded, their models are not."""

import importlib
import importlib.util
import sys
import types
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons" / "crm_orders"
# Kind of source: module, file and class.
CLASSES = {
    "asterisk": ("crm_orders_asterisk", "dialplan", "Asterisk"),
    "instagram": ("crm_orders_meta", "instagram", "Instagram"),
    "messenger": ("crm_orders_meta", "messenger", "Messenger"),
    "telegram": ("crm_orders_telegram", "telegram", "Telegram"),
    "telnyx": ("crm_orders_telnyx", "telnyx", "Telnyx"),
    "twilio": ("crm_orders_twilio", "twilio", "Twilio"),
    "viber": ("crm_orders_viber", "viber", "Viber"),
    "vk": ("crm_orders_vk", "vk", "Vk"),
    "vonage": ("crm_orders_vonage", "vonage", "Vonage"),
    "whatsapp": ("crm_orders_meta", "whatsapp", "WhatsApp"),
}


def tool(module, name):
    """A file of a module's folder tools."""
    _prepare()
    return importlib.import_module(f"odoo.addons.{module}.tools.{name}")


def adapter(kind):
    module, file, class_name = CLASSES[kind]
    return getattr(tool(module, file), class_name)()


def _prepare():
    """Make packages of the modules that run nothing when they are imported."""
    for name in ("odoo", "odoo.addons"):
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            _package(name, [])
    importlib.import_module("odoo.addons")
    for folder in ADDONS.iterdir():
        name = f"odoo.addons.{folder.name}"
        if (folder / "tools").is_dir() and name not in sys.modules:
            _package(name, [str(folder)])


def _package(name, path):
    package = types.ModuleType(name)
    package.__path__ = path
    sys.modules[name] = package
    parent, _dot, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)
