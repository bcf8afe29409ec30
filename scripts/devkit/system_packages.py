"""Debian packages: requirements/debian.txt says which, apt installs what is missing."""

import os
import shutil
import subprocess

from .console import Fault, say, step
from .settings import REQUIREMENTS


def read_list(*sections):
    """Package names under the `[section]` heads, in file order."""
    names, current = [], None
    for line in (REQUIREMENTS / "debian.txt").read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            current = line.strip("[]")
        elif line and current in sections:
            names.append(line)
    return names


def missing(names):
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *names],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    installed = {
        line.split()[0] for line in listing.splitlines() if line.endswith(" installed")
    }
    return [name for name in names if name not in installed]


def root_prefix():
    """How to become root: nothing to do, sudo, or None when impossible."""
    if os.geteuid() == 0:
        return []
    return ["sudo"] if shutil.which("sudo") else None


def ensure(*sections):
    """Install what is missing of the sections; a Fault says what to do if impossible."""
    if os.environ.get("ASIAKASKUNTA_NO_APT"):
        return
    names = read_list(*sections)
    if not shutil.which("dpkg-query"):
        say(
            "This is no Debian system: make sure that it has what these packages hold: "
            + " ".join(names)
        )
        return
    wanted = missing(names)
    if not wanted:
        return
    prefix = root_prefix()
    by_hand = f"Install these packages first: apt-get install {' '.join(wanted)}"
    if prefix is None:
        raise Fault(f"{by_hand} (neither root nor sudo is available here)")
    with step(f"Installing {len(wanted)} system packages: {' '.join(wanted)}"):
        environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
        for command in (
            ["apt-get", "-qq", "update"],
            ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "install", "-y"]
            + ["--no-install-recommends", *wanted],
        ):
            done = subprocess.run(
                [*prefix, *environment, *command],
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        if done.returncode or missing(names):
            reason = (done.stderr.strip() or "apt failed").splitlines()[-1]
            raise Fault(f"{by_hand} (apt said: {reason})")
