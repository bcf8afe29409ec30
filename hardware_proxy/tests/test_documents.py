"""What the documents promise is what the code has."""

import re
from pathlib import Path

from hardware_proxy import epos
from hardware_proxy.__main__ import parser
from hardware_proxy.config import load
from hardware_proxy.errors import TEXTS
from hardware_proxy.web import hw_proxy, v1

ROOT = Path(__file__).resolve().parents[1]
PROTOCOL = (ROOT / "PROTOCOL.md").read_text(encoding="utf-8")


def test_protocol_lists_every_call():
    for name in [*hw_proxy.ROUTES, *v1.ROUTES]:
        assert re.search(rf"^\| `{name}` +\|", PROTOCOL, re.M), name


def test_protocol_lists_every_code():
    codes = PROTOCOL.rpartition("## Codes")[2]
    assert set(re.findall(r"\w+", codes)) == {*TEXTS, "refused"}
    for code in set(epos.CODES.values()) - {""}:
        assert f"`{code}`" in PROTOCOL, code


def test_example_configuration_is_valid(tmp_path):
    example = ROOT / "hardware_proxy.toml.example"
    settings = load(parser().parse_args(["--config", str(example)]), {})
    assert [printer.name for printer in settings.printers] == ["receipt", "kitchen"]


def test_every_error_is_a_sentence():
    for text in TEXTS.values():
        assert text[0].isupper()
        assert text.endswith(".")
