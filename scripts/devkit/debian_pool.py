"""Single packages of Debian's suite sid, from the mirror that apt already uses.

They are only unpacked, never installed: their dependencies want sid's Python. apt gets
private lists and state, so the machine's own configuration stays as it is.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from .console import Fault, step
from .settings import CACHE, REQUIREMENTS

SUITE = "sid"


def pins():
    """name -> (version, sha256) of requirements/debian-pool.txt."""
    lines = (REQUIREMENTS / "debian-pool.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: (version, sha256) for name, version, sha256 in rows}


def sha256_of(path):
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def fetch(name):
    """Path of the package's file in the cache, downloaded unless an intact one is there."""
    version, sha256 = pins()[name]
    target = CACHE / "debian" / f"{name}_{version}.deb"
    if target.exists():
        if sha256_of(target) == sha256:
            return target
        # A download that was cut or damaged: fetch it again.
        target.unlink()
    with step(f"Downloading {name} {version} from Debian"):
        downloaded = _download(name, version)
        found = sha256_of(downloaded)
        if found != sha256:
            downloaded.unlink()
            raise Fault(
                f"The download of {name} {version} is damaged or not the expected one "
                f"(sha256 {found[:16]}..., expected {sha256[:16]}...). Try again."
            )
        os.replace(downloaded, target)
    return target


def _download(name, version):
    """Path of the package as apt downloads it, in a folder beside the cache's files."""
    folder = CACHE / "debian" / f"download-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        options = _private_apt(folder)
        _apt(folder, [*options, "update"], f"update its list of {SUITE}")
        _apt(
            folder,
            [*options, "download", f"{name}={version}"],
            f"download {name} {version}; if Debian has moved on, "
            f"name a file of that version with ODOO_DEB=",
        )
        (file,) = folder.glob(f"{name}_*.deb")
        kept = folder.with_suffix(".deb")
        os.replace(file, kept)
        return kept
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _private_apt(folder):
    for part in ("lists/partial", "cache/archives/partial", "etc"):
        (folder / part).mkdir(parents=True)
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    signed_by = f"[signed-by={keyring}] " if keyring.exists() else ""
    sources = folder / "etc" / "sources.list"
    sources.write_text(f"deb {signed_by}{mirror()} {SUITE} main\n")
    places = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    }
    return [f"--option={key}={value}" for key, value in places.items()]


def mirror(security=False):
    """The Debian archive that apt is configured with, or its security archive."""
    if not shutil.which("apt-get"):
        raise Fault(
            "Odoo comes as a Debian package and there is no apt here; "
            "set ODOO_DEB=/path/odoo-19.deb or ODOO_HOME=/path/to/odoo."
        )
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(RELEASE) $(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    for line in listing.splitlines():
        origin, release, uri = (line.split() + ["", "", ""])[:3]
        if origin == "Debian" and ("-security" in release) == security:
            return uri
    if security:
        return None
    raise Fault(
        "apt knows no Debian mirror (apt-get update first?); "
        "set ODOO_DEB=/path/odoo-19.deb or ODOO_HOME=/path/to/odoo."
    )


def _apt(folder, arguments, purpose):
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        reason = (errors or ["E: no reason given"])[0]
        raise Fault(f"apt could not {purpose} ({reason})")
