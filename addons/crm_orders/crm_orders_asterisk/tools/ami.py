"""One connection to an exchange: what to send, and which calls change.

The caller owns the socket: it sends `outgoing`, feeds what it receives, and calls `tick`
now and then. When the connection breaks, a new one continues with the same calls.
"""

from . import ami_calls, ami_protocol

PING_AFTER = 30
DEAD_AFTER = 90


class Connection:
    """A dialogue from the banner on.

    :param calls: :class:`ami_calls.Calls`, kept over several connections
    """

    def __init__(self, username, secret, calls=None, now=0):
        self.session = ami_protocol.Session(username, secret)
        self.calls = ami_calls.Calls() if calls is None else calls
        # Answers to Originate by the id of the action: empty text, or what went wrong.
        self.originated = {}
        self._heard = now
        self._pinged = now
        self.session.start()

    @property
    def ready(self):
        return self.session.ready

    @property
    def outgoing(self):
        return self.session.outgoing

    def feed(self, data, now):
        """Yield the calls that changed."""
        self._heard = now
        for action, packet in self.session.feed(data):
            if action == "Login":
                # What happened while nobody listened is found out by what is left.
                self.calls.begin_list()
                self.session.send("CoreShowChannels")
            elif packet.event == "CoreShowChannelsComplete":
                yield from self.calls.end_list(now)
            elif action == "Originate" and packet.get("Response") != "Success":
                self.originated[packet.get("ActionID")] = packet.get("Message")
            elif packet.event == "OriginateResponse":
                is_done = packet.get("Response") == "Success"
                reason = "" if is_done else f"Nobody answered ({packet.get('Reason')})."
                self.originated[packet.get("ActionID")] = reason
            elif packet.event and (call := self.calls.take(packet, now)):
                yield call

    def tick(self, now):
        """Keep the connection alive.

        :raise ProtocolError: when nothing was heard for too long
        """
        if now - self._heard > DEAD_AFTER:
            raise ami_protocol.ProtocolError("Asterisk no longer answers.")
        if self.ready and now - max(self._heard, self._pinged) > PING_AFTER:
            self._pinged = now
            self.session.ping()

    def originate(self, channel, number, context="from-internal", caller_id=""):
        """Ring our person and then the customer; returns the id of the action."""
        return self.session.originate(channel, number, context, caller_id)
