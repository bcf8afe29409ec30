"""The Odoo 19 source tree: unpacked from Debian's package, or the user's own."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import debian_pool, locks
from .children import die_with_parent
from .console import Fault, say, step
from .settings import CACHE, digest

# Raised when the way a tree is mended changes, so that cached ones are made again.
RECIPE = "2"


@dataclass(frozen=True)
class OdooSource:
    """Where Odoo is: `packages` goes on sys.path, `script` starts the server."""

    packages: Path
    script: Path
    identity: str

    @property
    def addons(self):
        """Folders that hold core's modules."""
        places = (self.packages / "odoo" / "addons", self.packages / "addons")
        return [
            place for place in places if (place / "web").is_dir() or place == places[0]
        ]

    def module(self, name):
        """Folder of a core module, or None."""
        found = [place / name for place in self.addons if (place / name).is_dir()]
        return found[0] if found else None


def ensure():
    """An `OdooSource` that is there and complete."""
    if os.environ.get("ODOO_HOME"):
        return _from_home(Path(os.environ["ODOO_HOME"]).expanduser().resolve())
    if os.environ.get("ODOO_DEB"):
        return _from_package(_own_package())
    with locks.exclusive(CACHE / "debian.lock", "it downloads Odoo"):
        package = debian_pool.fetch("odoo-19")
    return _from_package(package)


def _from_home(home):
    packages = home / "usr/lib/python3/dist-packages"
    if not packages.is_dir():
        packages = home
    release = packages / "odoo" / "release.py"
    if not release.is_file():
        raise Fault(f"ODOO_HOME={home} holds no Odoo (there is no odoo/release.py).")
    version = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
    if not version or version.groups() != ("19", "0"):
        raise Fault(f"ODOO_HOME={home} is not Odoo 19.0.")
    scripts = (
        packages / "odoo-bin",
        home / "usr/bin/odoo",
        packages / "setup" / "odoo",
    )
    script = next((path for path in scripts if path.is_file()), None)
    if script is None:
        raise Fault(f"ODOO_HOME={home} has no odoo-bin.")
    return OdooSource(packages, script, digest(str(home), release))


def _own_package():
    path = Path(os.environ["ODOO_DEB"]).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    if not path.is_file():
        raise Fault(f"ODOO_DEB={path} is no file.")
    if debian_pool.sha256_of(path) != debian_pool.pins()["odoo-19"][1]:
        found = _package_field(path, "Package"), _package_field(path, "Version")
        if found[0] != "odoo-19":
            raise Fault(f"ODOO_DEB={path} is damaged or no package of Odoo 19.")
        say(
            f"Note: {path.name} is version {found[1]}, not the one this is tested with."
        )
    return path


def _package_field(path, field):
    return subprocess.run(
        ["dpkg-deb", "--field", path, field],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()


def _from_package(package):
    identity = digest(debian_pool.sha256_of(package), RECIPE)
    tree = CACHE / f"odoo-{identity}"
    with locks.exclusive(CACHE / "odoo.lock", "it unpacks Odoo"):
        if not tree.is_dir():
            with step("Unpacking Odoo"):
                _unpack(package, tree)
    packages = tree / "usr/lib/python3/dist-packages"
    return OdooSource(packages, tree / "usr/bin/odoo", identity)


def _unpack(package, tree):
    """Unpack beside `tree` and rename at the end: it is there whole or not at all."""
    building = tree.with_suffix(".new")
    shutil.rmtree(building, ignore_errors=True)
    _extract(package, building)
    share = building / "usr/share"
    # Debian's package links to files of other packages.
    for name in ("javascript", "fonts-font-awesome", "fonts"):
        link = share / name
        if not link.is_symlink():
            shutil.rmtree(link, ignore_errors=True)
            link.symlink_to(Path("/usr/share") / name)
    _mend_links(building)
    # Debian removed this file without its caller: each page would log an error.
    missing = building.glob("usr/lib/python3/dist-packages/odoo/addons/mail/static/lib")
    for lib in missing:
        script = lib / "selfie_segmentation/selfie_segmentation.js"
        script.parent.mkdir(exist_ok=True)
        script.touch()
    os.replace(building, tree)


def _mend_links(building):
    """Fill the fonts that only sid has; a dangling link answers 500 in web bundles."""
    dangling = [
        path
        for path in building.rglob("*")
        if path.is_symlink() and not path.exists() and "montserrat" in path.name.lower()
    ]
    if not dangling:
        return
    fonts = building / "montserrat"
    try:
        _extract(debian_pool.fetch("fonts-montserrat"), fonts)
    except Fault as fault:
        say(f"Note: without the font Montserrat, Liberation stands in for it ({fault})")
        fonts = Path("/usr/share/fonts/truetype/liberation")
    files = {path.name: path for path in fonts.rglob("*.[to]tf")}
    stand_in = next(
        (path for name, path in sorted(files.items()) if "Sans" in name), None
    )
    for link in dangling:
        source = files.get(link.name) or stand_in
        if source:
            link.unlink()
            shutil.copyfile(source, link)
    shutil.rmtree(building / "montserrat", ignore_errors=True)


def _extract(package, folder):
    if not shutil.which("dpkg-deb"):
        raise Fault("There is no dpkg-deb to unpack Odoo with; set ODOO_HOME= instead.")
    done = subprocess.run(
        ["dpkg-deb", "--extract", package, folder],
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        reason = (done.stderr.strip() or "unknown reason").splitlines()[-1]
        raise Fault(f"{package.name} could not be unpacked: {reason}")
