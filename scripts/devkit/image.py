"""`make image`: docker/Dockerfile built with docker or, where there is no daemon, buildah.

IMAGE= names the image, BASE_IMAGE= another Debian 12 to build on, LANGUAGES= those of
Odoo's own languages that are kept. Mirrors, certificates and pip settings of this machine
reach the build as secrets, which leave no trace in the image.
"""

import configparser
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import debian_pool, locks, settings, system_packages
from .children import die_with_parent
from .console import Fault, end_progress, progress, say, step
from .settings import LOGS, ROOT, RUN

SUITE = "bookworm"
BASE_IMAGE = f"debian:{SUITE}-slim"
# What is made here where no registry of images is reachable.
LOCAL_BASE = f"localhost/asiakaskunta-base:{SUITE}"
OWN_PACKAGE = "odoo-19.deb"
DOCKERFILE = ROOT / "docker" / "Dockerfile"
LOG = LOGS / "image.log"
# Old versions of buildah sometimes fail to start themselves anew; the next time it works.
HICCUP = "sealing memfd copy"
ATTEMPTS = 5
STEP = re.compile(r"(STEP \d+/\d+|^#\d+ \[[^]]*\]|^\[\d+:\d\d\])(.*)")

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PIP_LISTS = ("index-url", "extra-index-url", "find-links")
PIP_SETTINGS = (*PIP_LISTS, "no-index", "trusted-host", "proxy", "timeout", "retries")
APT_SETTINGS = re.compile(r"Acquire::(https?::Proxy|https?::Verify|Check-|Retries)\S* ")


def main(_arguments):
    settings.prepare_state()
    image = os.environ.get("IMAGE") or "asiakaskunta"
    with locks.exclusive(RUN / "image.lock", "it builds an image"):
        for leftover in RUN.glob("image-*"):
            # A killed build leaves settings of this machine, maybe with passwords.
            shutil.rmtree(leftover, ignore_errors=True)
        LOG.write_text("")
        with tempfile.TemporaryDirectory(prefix="image-", dir=RUN) as folder:
            build = _docker if _docker_builds() else _Buildah().build
            build(image, Path(folder))
    say(f"The image is {image}; docs/DEPLOYMENT.md tells how to run it.")


def _docker_builds():
    """Whether there is a daemon that answers, with the builder that knows secrets."""
    return bool(shutil.which("docker")) and all(
        subprocess.run(["docker", *words], capture_output=True, check=False).returncode
        == 0
        for words in (["info"], ["buildx", "version"])
    )


def _docker(image, folder):
    pip, local = _pip_settings(folder)
    if local:
        say(
            f"Note: docker cannot use pip's local folders {', '.join(map(str, local))}."
        )
    options = _options(image, folder, pip)
    if os.environ.get("BASE_IMAGE"):
        options.append(f"--build-arg=BASE_IMAGE={os.environ['BASE_IMAGE']}")
    with step(f"Building the image {image} with docker"):
        _run("docker", "buildx", "build", "--load", "--progress=plain", *options, ROOT)


def _options(image, folder, secrets):
    """Options that docker and buildah share."""
    options = ["--tag", image, "--file", DOCKERFILE]
    packages = _packages(folder)
    if any(packages.iterdir()):
        options.append(f"--build-context=packages={packages}")
    own = packages / OWN_PACKAGE
    if own.exists():
        # Builders do not compare what is in a context with what they built before.
        options.append(f"--build-arg=ODOO_PACKAGE={debian_pool.sha256_of(own)}")
    if os.environ.get("LANGUAGES"):
        options.append(f"--build-arg=LANGUAGES={os.environ['LANGUAGES']}")
    options += [f"--secret=id={file.name},src={file}" for file in secrets]
    return options


def _packages(folder):
    """Folder with Odoo's package, if this machine has it; else the build fetches it."""
    packages = folder / "packages"
    packages.mkdir()
    own = os.environ.get("ODOO_DEB")
    if own:
        _place(ROOT / Path(own).expanduser(), packages / OWN_PACKAGE)
    with contextlib.suppress(Fault):
        for name in debian_pool.pins():
            if not own or name != "odoo-19":
                file = debian_pool.fetch(name)
                _place(file, packages / file.name)
    return packages


def _place(file, target):
    try:
        target.hardlink_to(file)
    except OSError:
        try:
            shutil.copyfile(file, target)
        except OSError as error:
            raise Fault(f"{file} cannot be read: {error.strerror}.") from None


class _Buildah:
    """Builds without a daemon, as root or through sudo."""

    def __init__(self):
        self.prefix = system_packages.root_prefix()
        if self.prefix is None:
            raise Fault("Building an image needs a Docker daemon, or root or sudo.")
        if not (shutil.which("buildah") and Path("/usr/sbin/debootstrap").exists()):
            system_packages.ensure("image")

    def build(self, image, folder):
        base = os.environ.get("BASE_IMAGE") or self._base(folder)
        secrets, local = _pip_settings(folder)
        if base == LOCAL_BASE:
            secrets += _apt_settings(folder)
        options = _options(image, folder, secrets)
        options.append(f"--build-arg=BASE_IMAGE={base}")
        options += [f"--volume={path}:/run/pip/{n}:ro" for n, path in enumerate(local)]
        with step(f"Building the image {image} with buildah"):
            # The format is Docker's, since the other one knows no health check.
            self._run(
                *("build", "--isolation=chroot", "--format=docker"),
                *("--layers", "--force-rm"),
                *(f"--ignorefile={DOCKERFILE}.dockerignore", *options, ROOT),
            )

    def _base(self, folder):
        """Debian 12 from a registry, or made with debootstrap from apt's mirror."""
        if self._try("inspect", "--type=image", LOCAL_BASE):
            return LOCAL_BASE
        if self._try("pull", "--quiet", BASE_IMAGE):
            return BASE_IMAGE
        with step("No registry of images answers: making the base image"):
            container = self._output("from", "scratch")
            try:
                self._make_base(container, folder)
                self._run("commit", "--quiet", "--format=docker", container, LOCAL_BASE)
            finally:
                self._try("rm", container)
        return LOCAL_BASE

    def _make_base(self, container, folder):
        secrets = folder / "base"
        secrets.mkdir()
        _apt_settings(secrets)
        root = self._output("mount", container)
        _run(
            *(*self.prefix, "debootstrap", "--variant=minbase"),
            *(SUITE, root, debian_pool.mirror()),
        )
        self._run(
            *("run", "--isolation=chroot", f"--volume={secrets}:/run/secrets:ro"),
            *("--env", "APT_CONFIG=/run/secrets/apt.conf", container),
            *("--", "sh", "-euc", FINISH_BASE),
        )
        # Mounted while that ran.
        _run(
            *self.prefix, "rm", "-f", f"{root}/etc/resolv.conf", f"{root}/etc/hostname"
        )

    def _run(self, *words):
        for _attempt in range(ATTEMPTS):
            try:
                _run(*self.prefix, "buildah", *words)
                return
            except Fault:
                if HICCUP not in LOG.read_text(errors="replace")[-500:]:
                    raise
        raise Fault(f"buildah cannot start here: {HICCUP}")

    def _output(self, *words, seconds=None):
        for _attempt in range(ATTEMPTS):
            done = subprocess.run(
                [*self.prefix, "buildah", *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
            if HICCUP not in done.stderr:
                break
        if done.returncode:
            raise Fault(f"buildah failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def _try(self, *words):
        """Whether it worked; a registry that does not answer is given up soon."""
        try:
            self._output(*words, seconds=180)
        except (Fault, subprocess.TimeoutExpired):
            return False
        return True


# As the official slim image: up to date, without documentation, and without anything that
# tells of the machine it was made on.
FINISH_BASE = """
cat > /etc/dpkg/dpkg.cfg.d/slim <<END
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
END
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 upgrade -y
apt-get clean
find /usr/share/doc -type f ! -name copyright -delete
rm -rf /usr/share/info/* /usr/share/man/* /usr/share/locale/* /var/lib/apt/lists/* \
    /var/log/*.log /var/log/apt /var/cache/apt/*.bin /var/cache/ldconfig/* \
    /etc/apt/sources.list /etc/machine-id
"""


def _apt_settings(folder):
    """Files with the Debian mirrors of this machine and how it reaches them."""
    sources, conf = folder / "sources.list", folder / "apt.conf"
    mirror, security = debian_pool.mirror(), debian_pool.mirror(security=True)
    lines = [f"{mirror} {SUITE} main", f"{mirror} {SUITE}-updates main"]
    if security:
        lines.append(f"{security} {SUITE}-security main")
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {line}\n" for line in lines))
    dump = subprocess.run(
        ["apt-config", "dump"], capture_output=True, text=True, check=False
    ).stdout
    own = [line for line in dump.splitlines() if APT_SETTINGS.match(line)]
    own += [f'Dir::Etc::sourcelist "/run/secrets/{sources.name}";']
    own += ['Dir::Etc::sourceparts "-";']
    conf.write_text("\n".join(own) + "\n")
    return [sources, conf]


def _pip_settings(folder):
    """pip's settings on this machine as files, and the local folders that they name."""
    values = _read_pip_settings(os.environ)
    certificates = (
        values.pop("cert", None)
        or os.environ.get("REQUESTS_CA_BUNDLE")
        or os.environ.get("CURL_CA_BUNDLE")
    )
    files, folders = [], []
    for name in PIP_LISTS:
        if name in values:
            places = [_inside(place, folders) for place in values[name].split()]
            values[name] = "\n    ".join(places)
    if certificates and Path(certificates).is_file():
        target = folder / "certificates"
        shutil.copyfile(certificates, target)
        values["cert"] = f"/run/secrets/{target.name}"
        files.append(target)
    if values:
        target = folder / "pip.conf"
        target.write_text(
            "[global]\n"
            + "".join(f"{name} = {value}\n" for name, value in values.items())
        )
        files.append(target)
    return files, folders


def _read_pip_settings(environ):
    """As pip reads them: files of the machine, of the user, then the environment."""
    home = Path.home()
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", home / ".pip/pip.conf"]
    files += [config / "pip/pip.conf", environ.get("PIP_CONFIG_FILE") or ""]
    parser = configparser.RawConfigParser()
    parser.read([file for file in files if file], encoding="utf-8")
    values = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            values.update(parser.items(section))
    for name in (*PIP_SETTINGS, "cert"):
        variable = f"PIP_{name.upper().replace('-', '_')}"
        values[name] = environ.get(variable) or values.get(name, "")
    values["timeout"] = environ.get("PIP_DEFAULT_TIMEOUT") or values["timeout"]
    return {name: values[name] for name in (*PIP_SETTINGS, "cert") if values[name]}


def _inside(place, folders):
    """Where `place` is found in the build; a local one is added to `folders`."""
    is_url = place.startswith("file:")
    path = Path(unquote(urlsplit(place).path)) if is_url else Path(place)
    if not path.is_absolute() or not path.exists():
        return place
    # The files of a local index lie beside it, and its pages refer to them from there.
    folder = path.parent if is_url else path
    if folder not in folders:
        folders.append(folder)
    inside = f"/run/pip/{folders.index(folder)}"
    return f"file://{inside}/{path.name}" if is_url else inside


def _run(*command):
    """Run with everything in the log; a Fault gives the reason in one line."""
    with (
        LOG.open("a") as log,
        subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=die_with_parent,
        ) as process,
    ):
        try:
            for line in process.stdout:
                log.write(line)
                found = STEP.search(line)
                if found:
                    progress(found.group(0).strip()[:100])
        except BaseException:
            process.terminate()
            process.wait()
            raise
    end_progress()
    if process.returncode:
        raise Fault(f"The image could not be built: {_reason()} (see {LOG})")


def _reason():
    """The last line that is not only the builder's echo of an exit code."""
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines()]
    echo = re.compile(
        r"^$|exit(ed with)? (status|code)|^time=|^(error|ERROR): ?$|^-+$|^Error: exit"
    )
    telling = [line for line in lines if not echo.search(line)]
    return telling[-1] if telling else "it printed nothing"
