"""HTTP side of the device service."""

from aiohttp import web

from ..service import Service
from . import epos, hw_proxy, v1
from .security import guard

SERVICE = web.AppKey("service", Service)

#: Every address works with a secret and with the name of a printer in front:
#: /k/SECRET/kitchen/hw_proxy/hello
PREFIX = r"{prefix:(?:k/[A-Za-z0-9_-]+/)?(?:[a-z0-9][a-z0-9_-]{0,19}/)?}"


async def index(request):
    """For people who open the address in a browser."""
    return web.Response(
        text="The till's device service is running.\n"
        "Odoo finds its devices here; there is nothing to set up on this page.\n"
    )


def make_app(service):
    """The application for one service."""
    app = web.Application(
        client_max_size=service.settings.max_body, middlewares=[guard]
    )
    app[SERVICE] = service
    app.router.add_get("/", index)
    app.router.add_get(f"/{PREFIX}hw_proxy/hello", hw_proxy.hello)
    for name, handler in hw_proxy.ROUTES.items():
        app.router.add_post(f"/{PREFIX}hw_proxy/{name}", handler)
    app.router.add_post(f"/{PREFIX}cgi-bin/epos/service.cgi", epos.service_cgi)
    for name, handler in v1.ROUTES.items():
        app.router.add_post(f"/{PREFIX}v1/{name}", handler)
    return app
