"""Runs at the exchange, with nothing but Python: `python3 service CONFIG`.

The tools of these modules name each other as parts of Odoo. Where there is no Odoo, bare
packages stand in for it, so that the same files serve in both places.
"""

import sys
import types
from pathlib import Path

FAMILY = Path(__file__).resolve().parents[2]


def make_packages():
    """Let `odoo.addons.MODULE.tools` be found without Odoo."""
    places = {"odoo": None, "odoo.addons": None}
    for module in ("crm_orders_inbound", "crm_orders_asterisk"):
        places[f"odoo.addons.{module}"] = FAMILY / module
        places[f"odoo.addons.{module}.tools"] = FAMILY / module / "tools"
    for name, place in places.items():
        package = types.ModuleType(name)
        package.__path__ = [str(place)] if place else []
        sys.modules[name] = package


if __name__ == "__main__":
    make_packages()
    from odoo.addons.crm_orders_asterisk.tools import service

    sys.exit(service.main(sys.argv[1:]))
