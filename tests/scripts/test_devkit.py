"""The commands' own logic, as far as it needs no installation."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from devkit import bench, core_suites, modules, results, settings, system_packages  # noqa: E402
from devkit.console import Fault  # noqa: E402


def test_suites_are_split_outside_of_brackets():
    text = "loyalty,/web:WebSuite.test_unit_desktop[@crm,@sale], crm"
    assert core_suites.split_tags(text) == [
        "loyalty",
        "/web:WebSuite.test_unit_desktop[@crm,@sale]",
        "crm",
    ]


def test_differences_are_what_we_break():
    outcomes = {
        "without": {"a": "passed", "b": "passed", "c": "failed", "d": "passed"},
        "with": {"a": "passed", "b": "failed", "c": "failed"},
    }
    assert core_suites.compare(outcomes) == ["b", "d"]


def test_broken_tests_are_selected_again():
    names = [
        "odoo.addons.sale.tests.test_order.TestOrder.test_total",
        "setUpClass (odoo.addons.sale.tests.test_order.TestOther)",
        "hoot @pos_loyalty/unit/some test",
    ]
    assert core_suites.only(names).split(",") == [
        "*/sale:TestOrder.test_total",
        "*/sale:TestOther",
        "/web:WebSuite.test_unit_desktop[@pos_loyalty]",
    ]


JUNIT = """<testsuites><testsuite>
<testcase classname="odoo.addons.m.tests.test_engine_vectors.T" name="a"/>
<testcase classname="odoo.addons.m.tests.test_hoot.T" name="b"><failure/></testcase>
<testcase classname="odoo.addons.m.tests.test_tour.T" name="c"><skipped/></testcase>
<testcase classname="odoo.addons.m.tests.test_order.T" name="d"><error/></testcase>
</testsuite></testsuites>"""


def test_results_are_counted_by_layer(tmp_path, capsys):
    report = tmp_path / "junit.xml"
    report.write_text(JUNIT)
    total = results.Results()
    total.add_junit("odoo", report)
    total.add("lint", "ruff", True)
    assert total.report() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "2 passed, 2 failed, 1 skipped"
    layers = {layer: count.passed for layer, count in total.layers.items()}
    assert layers == {"engines": 1, "hoot": 0, "browser": 0, "odoo": 0, "lint": 1}


def test_a_crash_is_a_failure(tmp_path):
    total = results.Results()
    total.add_junit("odoo", tmp_path / "missing.xml")
    assert total.report() == 1


def test_nothing_tested_is_a_failure():
    assert results.Results().report() == 1


@pytest.mark.parametrize(
    ("unit", "ours", "peer", "ratio"),
    [("leads/s", 300, 100, 3.0), ("s", 1.0, 2.0, 2.0), ("ms/order", 10, 5, 0.5)],
)
def test_a_ratio_above_one_means_that_we_are_better(unit, ours, peer, ratio):
    line = bench.line(
        "x", {"ours": ours, "peer": peer, "unit": unit, "n": 9, "note": "z"}
    )
    assert line["ratio"] == ratio
    assert json.loads(json.dumps(line))["note"] == "z"


def test_digest_tells_parts_apart():
    assert settings.digest("ab", "c") != settings.digest("a", "bc")


@pytest.mark.parametrize("text", ["80", "x", "70000", "-1"])
def test_port_is_checked(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Fault, match="PORT"):
        settings.port()


def test_debian_packages_are_listed_by_purpose():
    assert "wkhtmltopdf" in system_packages.read_list("odoo")
    assert system_packages.read_list("test")[0] == "chromium"


def test_demo_modules_are_no_part_of_a_real_shop():
    names = modules.ours()
    assert names
    assert not [name for name in names if modules.is_demo(name)]
    assert "retail_pos_demo" in modules.ours(with_demo=True)


def test_narrowing_takes_dependencies_and_glue_along():
    names = modules.with_glue(["loyalty_tiers"])
    assert {"loyalty_tiers", "loyalty_tiers_pos", "loyalty_tiers_sale"} <= set(names)
    assert not [name for name in names if modules.is_demo(name)]


def test_unknown_command_is_refused():
    done = subprocess.run(
        [ROOT / "scripts/dev", "bake"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "There is no command 'bake'."
