"""The address of Epson's network printers, which Odoo of any version prints to."""

from aiohttp import web

from .. import epos as xml
from ..errors import NotPrinted, ProxyError
from ..service import digest_of
from .answers import printer_name


async def service_cgi(request):
    """Print, cut and open the drawer as one request asks.

    Clients give up after 15 s and then let the cashier retry. The picture of an
    unanswered request is remembered, so that the retry does not print twice.
    """
    from . import SERVICE

    service = request.app[SERVICE]
    name = printer_name(request)
    device = request.query.get("devid", "local_printer")
    if not name and device != "local_printer":
        name = device
    spooler = service.spooler(name)
    content = await request.read()
    document = await service.work(xml.parse, content, spooler.printer.dots)
    # An empty request asks whether the printer is ready.
    code = spooler.printer.trouble
    printed = not code
    if document.pulses:
        try:
            await service.open_drawer(spooler, request["client"], "epos")
            printed, code = True, ""
        except NotPrinted as error:
            printed, code = False, error.code
    if document.prints:
        outcome = await _print(request, service, spooler, document)
        request["job_id"] = outcome.job.id
        printed, code = outcome.printed, outcome.code
    bits = xml.status_bits(spooler.printer.known, printed)
    return web.Response(text=xml.response(printed, code, bits), content_type="text/xml")


async def _print(request, service, spooler, document):
    body = bytes(document.body)
    digest = digest_of(body)
    client = request["client"]
    if not document.job_id:
        return await service.print_once(spooler, body, digest, client, "epos")
    try:
        return await service.print_numbered(
            spooler, body, digest, client, "epos", f"epos:{document.job_id}"
        )
    except ProxyError as error:
        if error.code != "job_conflict":
            raise
        # Clients of ePOS may use their numbers again for another receipt.
        return await service.print_once(spooler, body, digest, client, "epos")
