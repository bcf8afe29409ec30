"""Command line of the checkout: `scripts/dev COMMAND`, or `make COMMAND`."""

import errno
import importlib
import signal
import sys

from .console import Fault, say

# command -> (module with a `main()`, what it does)
COMMANDS = {
    "run": ("shop", "set up what is missing, start the demo shop and its till devices"),
    "test": ("suites", "lint and every test; MODULES= and TAGS= narrow it"),
    "test-core": ("core_suites", "Odoo's own suites without and with our modules"),
    "bench": ("bench", "measure us against a peer; BENCH=loyalty narrows it"),
    "shell": ("shell", "a Python shell, or a script from standard input, on the shop"),
    "lint": ("lint", "every linter"),
    "format": ("lint:main_format", "format Python, JavaScript, XML and Markdown"),
    "lock": ("lock", "write requirements/*.txt anew from requirements/*.in"),
    "serve": (
        "serve",
        "a real shop on the server that PGHOST names; the image runs it",
    ),
    "proxy": (
        "serve:main_proxy",
        "the till's device service alone; --help tells its options",
    ),
    "image": ("image", "build docker/Dockerfile with docker or buildah"),
    "setup": ("setup", "install Odoo, its environment and PostgreSQL, start nothing"),
    "clean": ("clean", "stop what this checkout started and remove its state folder"),
}


def usage():
    say("make COMMAND, or scripts/dev COMMAND:")
    for name, (_module, text) in COMMANDS.items():
        say(f"  {name:<10} {text}")
    say(
        "Settings: PORT= STATE= MODULES= TAGS= SUITES= BENCH= ODOO_DEB= ODOO_HOME= PYTHON="
    )


def main(argv):
    name = argv[0] if argv else "help"
    if name in ("help", "-h", "--help"):
        usage()
        return 0
    if name not in COMMANDS:
        usage()
        raise Fault(f"There is no command {name!r}.")
    module, _, function = COMMANDS[name][0].partition(":")
    command = importlib.import_module(f".{module}", __package__)
    return getattr(command, function or "main")(argv[1:])


def terminate(_signal, _frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    # A terminated command cleans up in the same way as an interrupted one.
    signal.signal(signal.SIGTERM, terminate)
    try:
        sys.exit(main(sys.argv[1:]) or 0)
    except Fault as fault:
        print(f"\n{fault}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            "\nThe disk is full: free some space and start again, or set STATE= to a"
            " folder on another disk.",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
