"""Forms on websites, as an adapter like those of providers.

They have a door of their own, as a visitor hears at once what is to be corrected; see
``controllers/web_form.py``.
"""

from odoo.addons.crm_orders_inbound.tools import channel, lead_payload

from . import web_form


class WebChannel(channel.Channel):
    """A form that somebody filled in on a website."""

    kind = "web"

    def split(self, request):
        return [None]

    def read(self, request, index, settings):
        try:
            body_format = lead_payload.body_format(
                request.header("Content-Type").partition(";")[0].strip()
            )
            text = lead_payload.decode(request.body)
            submission = web_form.read(lead_payload.parse(text, body_format))
            fields, extra = lead_payload.read(
                web_form.with_origin(submission.values, submission.visit)
            )
        except lead_payload.PayloadError as error:
            raise channel.Unreadable(str(error)) from None
        if submission.lang:
            fields.setdefault("lang", submission.lang)
        fields["web_consent"] = submission.consent
        fields["web_visit"] = submission.visit
        return channel.Lead(fields, extra)


WEB = WebChannel()
