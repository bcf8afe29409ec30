"""`make lock`: write the lock files anew from the .in files, for Python 3.11 to 3.13."""

import subprocess

from . import environments, settings
from .console import Fault, step
from .settings import REQUIREMENTS, ROOT

# Each after those that it refers to.
FILES = (
    REQUIREMENTS / "lock",
    REQUIREMENTS / "build",
    REQUIREMENTS / "odoo",
    REQUIREMENTS / "test",
    REQUIREMENTS / "lint",
    REQUIREMENTS / "addons",
    REQUIREMENTS / "bench",
    ROOT / "hardware_proxy" / "requirements",
    ROOT / "hardware_proxy" / "requirements-test",
)


def main(_arguments):
    settings.prepare_state()
    python = environments.lock()
    for file in FILES:
        source = file.with_suffix(".in")
        if not source.exists():
            continue
        with step(f"Locking {source.relative_to(ROOT)}"):
            done = subprocess.run(
                [python, "-m", "uv", "pip", "compile", source.name]
                + ["--output-file", f"{file.name}.txt", "--quiet"]
                + ["--universal", "--python-version", "3.11", "--generate-hashes"]
                + ["--no-emit-index-url", "--no-emit-find-links"]
                + ["--custom-compile-command", "make lock"]
                # Odoo itself, which its modules depend on, is on no index.
                + (["--no-deps"] if file.name in ("addons", "bench") else []),
                cwd=source.parent,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Fault(f"{source.name} cannot be locked:\n{done.stderr}")
