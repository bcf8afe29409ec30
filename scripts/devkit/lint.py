"""`make lint` and `make format`: what checks and what arranges the source."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import environments, settings, setup
from .console import say
from .results import Results
from .settings import ROOT

PYTHON_FOLDERS = ("addons", "docker", "hardware_proxy", "scripts", "tests")
WEB_FILES = ("js", "mjs", "xml", "md", "json", "yml", "yaml", "scss", "css")


def main(_arguments):
    odoo = setup.odoo(with_tests=True)
    results = Results()
    for name, passed, output in run(None, odoo):
        say(f"{'ok    ' if passed else 'FAILED'} {name}")
        if not passed:
            say(output)
        results.add("lint", name, passed)
    return results.report()


def main_format(_arguments):
    odoo = setup.odoo(with_tests=True)
    python = environments.lint()
    folders = [name for name in PYTHON_FOLDERS if (ROOT / name).is_dir()]
    _run([python, "-m", "ruff", "check", "--fix-only", "--quiet", *folders])
    _run([python, "-m", "ruff", "format", "--quiet", *folders])
    _run([*_prettier(odoo), "--write", "--log-level=warn", *_web_files()])
    say("Formatted.")


def run(names, odoo):
    """Yield (name, passed, output) of each linter; `names` narrows the addons."""
    checks = _checks(names, odoo)
    # pylint takes longest by far; the others run beside it.
    with ThreadPoolExecutor(2) as pool:
        futures = [(name, pool.submit(_run, command)) for name, command in checks]
        for name, future in futures:
            code, output = future.result()
            yield name, code == 0, output


def _checks(names, odoo):
    python = environments.lint()
    bin_ = python.parent
    modules = settings.addons()
    addons = [modules[name] for name in names or modules]
    addons = [str(path.relative_to(ROOT)) for path in addons]
    python_paths = (
        addons if names else [name for name in PYTHON_FOLDERS if (ROOT / name).is_dir()]
    )
    yield "pylint-odoo", [bin_ / "pylint", "--rcfile=.pylintrc", "--jobs=1", *addons]
    yield "ruff check", [bin_ / "ruff", "check", *python_paths]
    yield "ruff format", [bin_ / "ruff", "format", "--check", *python_paths]
    yield (
        "oca-checks",
        [
            bin_ / "oca-checks-odoo-module",
            f"--config={ROOT / '.oca_hooks.cfg'}",
            *addons,
        ],
    )
    yield (
        "upgrade_code",
        odoo.command(
            *("upgrade_code", "--from", "17.0", "--to", "19.0", "--dry-run"),
            *("--glob", "addons/**/*", "--addons-path"),
            ",".join(f"addons/{family}" for family in settings.FAMILIES),
        ),
    )
    if names:
        return
    yield (
        "eslint",
        [
            environments.node(odoo.python),
            environments.node_modules(odoo.python) / "eslint/bin/eslint.js",
            *("--config", _eslint_config(odoo), "--no-error-on-unmatched-pattern"),
            *("addons", "tests"),
        ],
    )
    yield "prettier", [*_prettier(odoo), "--check", "--log-level=warn", *_web_files()]
    yield "codespell", [bin_ / "codespell", "--toml", "pyproject.toml"]
    yield "yamllint", [bin_ / "yamllint", "--strict", "docker"]
    yield "shellcheck", [bin_ / "shellcheck", "scripts/dev", ".ci/run", *_shell_files()]


def _shell_files():
    return [str(path.relative_to(ROOT)) for path in (ROOT / "docker").glob("*.sh")]


def _eslint_config(odoo):
    """The configuration, copied to where its import finds the installed packages."""
    place = environments.node_modules(odoo.python).parent / "eslint.config.mjs"
    return shutil.copyfile(ROOT / "eslint.config.mjs", place)


def _prettier(odoo):
    home = environments.node_modules(odoo.python)
    plugin = home / "@prettier/plugin-xml/src/plugin.js"
    return [
        environments.node(odoo.python),
        home / "prettier/bin/prettier.cjs",
        f"--plugin={plugin}",
    ]


def _web_files():
    """What git knows, or would know, of these kinds."""
    patterns = [f"*.{ending}" for ending in WEB_FILES]
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    left_out = ("package-lock.json", "vectors/", "static/lib/")
    return [
        name
        for name in listing
        if (ROOT / name).exists() and not any(part in name for part in left_out)
    ]


def _run(command):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    return done.returncode, done.stdout
