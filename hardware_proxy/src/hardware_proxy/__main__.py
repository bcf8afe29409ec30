"""Command line of the device service."""

import argparse
import asyncio
import logging
import signal
import sqlite3
import ssl
import sys

from aiohttp import web

from . import __version__
from .config import DEFAULT_PORT, load
from .errors import ConfigError
from .service import Service
from .web import make_app

#: How long a receipt that is being printed may take when the service stops.
GRACE_SECONDS = 8
#: How long a refused caller may go on sending before it is cut off.
LINGER_SECONDS = 5


def parser():
    """Options win over the file."""
    options = argparse.ArgumentParser(prog="hardware_proxy", description=__doc__)
    options.add_argument("--config", help="TOML file with the settings")
    options.add_argument("--host", help="address to listen on (127.0.0.1)")
    options.add_argument(
        "--port", type=int, help=f"port to listen on ({DEFAULT_PORT}); 0 takes any"
    )
    options.add_argument(
        "--state", help="folder of the journal (hardware_proxy beside the receipts)"
    )
    options.add_argument("--receipts", help="folder of the virtual devices' output")
    options.add_argument(
        "--allow-origin",
        action="append",
        metavar="URL",
        help="address of an Odoo server whose pages may use the devices (repeatable)",
    )
    options.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="name under which this service is reached (repeatable)",
    )
    options.add_argument(
        "--virtual", action="store_true", help="virtual devices instead of real ones"
    )
    options.add_argument("--verbose", action="store_true", help="log every job")
    options.add_argument("--version", action="version", version=__version__)
    return options


def main(argv=None):
    arguments = parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if arguments.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        settings = load(arguments)
        asyncio.run(serve(settings))
    except ConfigError as error:
        print(f"hardware_proxy: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"hardware_proxy: {_plain(error)}", file=sys.stderr)
        return 1
    except sqlite3.Error as error:
        print(f"hardware_proxy: The journal failed: {error}.", file=sys.stderr)
        return 1
    return 0


def _plain(error):
    if error.errno in (48, 98):
        return f"The port is already in use ({error.strerror})."
    return str(error)


def _tls(settings):
    if not settings.tls_certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return context


async def serve(settings):
    """Run until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    service = Service(settings)
    runner = web.AppRunner(
        make_app(service),
        access_log=None,
        shutdown_timeout=1,
        handle_signals=False,
        # It runs from the first byte on, so half a request ends as an idle line does.
        keepalive_timeout=settings.request_timeout,
        lingering_time=min(settings.request_timeout, LINGER_SECONDS),
    )
    try:
        await service.start()
        await runner.setup()
        site = web.TCPSite(
            runner, settings.host, settings.port, ssl_context=_tls(settings)
        )
        await site.start()
        print(f"hardware_proxy listening on {_address(settings, runner)}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()
        await service.stop(GRACE_SECONDS)


def _address(settings, runner):
    host, port = runner.addresses[0][:2]
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
