"""Forms on websites, as an adapter like those of providers.

They have a door of their own, as a visitor hears at once what is to be corrected; see
``controllers/web_form.py``.
"""

from odoo.addons.crm_orders_inbound.tools import channel, lead_payload
from odoo.addons.crm_orders_inbound.tools.rest import RestChannel

from . import web_form


class WebChannel(RestChannel):
    """A form that somebody filled in on a website."""

    kind = "web"

    def _read_payload(self, payload):
        submission = web_form.read(payload)
        fields, extra = lead_payload.read(
            web_form.with_origin(submission.values, submission.visit)
        )
        if submission.lang:
            fields.setdefault("lang", submission.lang)
        fields["web_consent"] = submission.consent
        fields["web_visit"] = submission.visit
        return channel.Lead(fields, extra)


WEB = WebChannel()
