"""Our own protocol for web shops, forms and programs, as an adapter like any other.

Its door is one of its own, as senders hear at once what is wrong with a lead; see
``controllers/leads.py``.
"""

from . import channel, lead_payload


class RestChannel(channel.Channel):
    """A lead posted as JSON or as a form."""

    kind = "rest"

    def split(self, request):
        return [None]

    def read(self, request, index, settings):
        try:
            body_format = lead_payload.body_format(
                request.header("Content-Type").partition(";")[0].strip()
            )
            text = lead_payload.decode(request.body)
            return self._read_payload(lead_payload.parse(text, body_format))
        except lead_payload.PayloadError as error:
            raise channel.Unreadable(str(error)) from None

    def _read_payload(self, payload):
        """The lead in a body that was taken apart; doors with fields of their own differ.

        :raise PayloadError: when it is none
        """
        return channel.Lead(*lead_payload.read(payload))


REST = RestChannel()
