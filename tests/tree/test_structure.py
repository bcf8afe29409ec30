"""The tree keeps to its rules (docs/STYLE.md, docs/ARCHITECTURE.md)."""

import ast
import itertools
import re
import subprocess
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = {
    "crm_orders": "crm_orders_",
    "loyalty": "loyalty_",
    "payroll_lite": "payroll_lite",
    "retail_pos": "retail_pos_",
}
# The shop of the demo stands under the other families' demos.
SHARED = {"retail_pos_demo"}
# Names of OCA's modules that begin as ours do.
OCA = {
    "loyalty_card_fixed_expiration_date",
    "loyalty_coupon_no_mail",
    "loyalty_criteria_multi_product",
    "loyalty_incompatibility",
    "loyalty_initial_date_validity",
    "loyalty_limit",
    "loyalty_margin_computation",
    "loyalty_mass_mailing",
    "loyalty_multi_gift",
    "loyalty_partner_applicability",
    "loyalty_program_chatter",
}

# Modules of others under the AGPL that some of ours join; nothing else may need those.
AGPL = {"contract"}

MODULES = {
    path.parent.name: path.parent
    for path in sorted((ROOT / "addons").glob("*/*/__manifest__.py"))
}


def family_of(name):
    return MODULES[name].parent.name


def manifest(name):
    return ast.literal_eval((MODULES[name] / "__manifest__.py").read_text())


def python_files(folder):
    return [path for path in sorted(folder.rglob("*.py")) if ".local" not in path.parts]


def imported_names(path):
    """Dotted names that a file imports, relative ones left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def model_classes(path):
    """(class, model name or None) of the Odoo models that a file defines."""
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {ast.unparse(base) for base in node.bases}
        if not bases & {
            "models.Model",
            "models.TransientModel",
            "models.AbstractModel",
        }:
            continue
        values = {
            target.id: statement.value
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        name = values.get("_name", values.get("_inherit"))
        yield node.name, name.value if isinstance(name, ast.Constant) else None


def test_families_hold_only_modules():
    for family in PREFIXES:
        folder = ROOT / "addons" / family
        strangers = [
            path.name
            for path in folder.iterdir()
            if path.name != "__pycache__" and not (path / "__manifest__.py").exists()
        ]
        assert not strangers, f"{family} holds {strangers}, which are no modules"
        assert any(family_of(name) == family for name in MODULES)
    assert {path.name for path in (ROOT / "addons").iterdir()} == set(PREFIXES)


@pytest.mark.parametrize("name", MODULES)
def test_module_name(name):
    assert name.startswith(PREFIXES[family_of(name)])
    assert name not in OCA
    import odoo

    core = [Path(place) / "addons" / name for place in odoo.__path__]
    assert not any(path.exists() for path in core), f"core has a module {name}"


@pytest.mark.parametrize("name", MODULES)
def test_dependencies_stay_in_the_family(name):
    """Where two families meet, a third module joins them and installs by itself."""
    values = manifest(name)
    ours = [other for other in values["depends"] if other in MODULES]
    foreign = {other for other in ours if family_of(other) != family_of(name)}
    if not foreign - SHARED:
        return
    assert values.get("auto_install"), f"{name} joins families but is no glue"
    families = {family_of(other) for other in ours}
    assert len(families - {"retail_pos"}) <= 2, f"{name} joins too many families"


@pytest.mark.parametrize("name", MODULES)
def test_module_is_complete(name):
    folder = MODULES[name]
    for needed in (
        "README.rst",
        "i18n/fi.po",
        "static/description/icon.png",
        "tests/__init__.py",
    ):
        assert (folder / needed).is_file(), f"{name} has no {needed}"
    assert list((folder / "tests").glob("test_*.py")), f"{name} has no tests"
    values = manifest(name)
    # Who builds on a module under the AGPL is under it, too.
    on_agpl = AGPL.intersection(values["depends"])
    assert values["license"] == ("AGPL-3" if on_agpl else "LGPL-3")
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", values["version"])
    lines = (folder / "README.rst").read_text().splitlines()
    assert len(lines) <= 100, f"{name}: README.rst is longer than a page"


@pytest.mark.parametrize("name", MODULES)
def test_finnish_is_translated(name):
    catalog = polib.pofile(str(MODULES[name] / "i18n/fi.po"))
    entries = [entry for entry in catalog if not entry.obsolete]
    assert not [entry.msgid for entry in entries if not entry.msgstr]
    assert not [entry.msgid for entry in entries if "fuzzy" in entry.flags]
    for entry in entries:
        placeholders = re.compile(r"%(?:\([a-z_]+\))?[sdf]")
        assert sorted(placeholders.findall(entry.msgid)) == sorted(
            placeholders.findall(entry.msgstr)
        ), entry.msgid


@pytest.mark.parametrize("name", MODULES)
def test_no_import_of_another_family(name):
    for path in python_files(MODULES[name]):
        for module in imported_names(path):
            match = re.match(r"odoo\.addons\.(\w+)", module or "")
            if match and match[1] in MODULES:
                other = match[1]
                reached = {other, *manifest(name)["depends"]}
                assert family_of(other) == family_of(name) or other in SHARED | set(
                    manifest(name)["depends"]
                ), f"{path} imports {other}, not {reached}"


@pytest.mark.parametrize("name", MODULES)
def test_engines_know_no_odoo(name):
    """They import nothing but each other, so they run without Odoo as well."""
    for path in python_files(MODULES[name] / "tools"):
        strangers = [
            word
            for word in imported_names(path)
            if word.startswith("odoo")
            and not re.fullmatch(r"odoo\.addons\.\w+\.tools(\.\w+)?", word)
        ]
        assert not strangers, f"{path} imports {strangers}"


def test_hardware_proxy_knows_no_odoo():
    for path in python_files(ROOT / "hardware_proxy" / "src"):
        words = [word.partition(".")[0] for word in imported_names(path)]
        assert "odoo" not in words, f"{path} imports odoo"


def test_scripts_need_nothing_installed():
    """The commands run before any environment exists."""
    import sys

    for path in python_files(ROOT / "scripts/devkit"):
        if path.parent.name == "odoo_side" or path.name.startswith("pytest_"):
            continue
        for word in imported_names(path):
            assert word.partition(".")[0] in sys.stdlib_module_names, f"{path}: {word}"


@pytest.mark.parametrize("name", MODULES)
def test_one_model_per_file(name):
    for folder in ("models", "wizard"):
        for path in sorted((MODULES[name] / folder).glob("[!_]*.py")):
            models = list(model_classes(path))
            assert len(models) <= 1, f"{path} defines {len(models)} models"
            for _class_name, model in models:
                if model:
                    assert path.stem == model.replace(".", "_"), path


def test_no_leftovers():
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    bad_endings = (".orig", ".rej", ".log", ".pyc", "~")
    assert not [name for name in listing if name.endswith(bad_endings)]
    markers = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for name in listing:
        path = ROOT / name
        is_source = path.suffix in (".py", ".js", ".xml", ".scss") and path.exists()
        if is_source and path != Path(__file__):
            found = markers.search(path.read_text())
            assert not found, f"{name}: {found[0]}"


def test_manifest_lists_every_data_file():
    """A view that is not in the manifest is never loaded, and nobody notices."""
    for name, folder in MODULES.items():
        values = manifest(name)
        listed = set(itertools.chain(values.get("data", ()), values.get("demo", ())))
        for kind in ("views", "data", "security", "report", "wizard", "demo"):
            for path in (folder / kind).glob("*.xml"):
                relative = str(path.relative_to(folder))
                assert relative in listed, f"{name} does not load {relative}"
