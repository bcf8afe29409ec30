"""From the events of single channels to calls.

A call has many channels: the caller's, one for each telephone that rings, and helpers
between them. What they have in common is their Linkedid, the id of the first channel.
"""

import re
from collections import deque
from dataclasses import dataclass, field

from odoo.addons.crm_orders_inbound.tools.channel import Call

INBOUND_CONTEXTS = ("from-trunk", "from-pstn", "from-did", "from-external", "inbound")
UNKNOWN_NAMES = {"", "<unknown>", "unknown", "anonymous", "s"}
# How a telephone that rang did not answer, and what never reached anybody.
FAILED = {"CHANUNAVAIL", "CONGESTION", "INVALIDARGS"}
# https://docs.asterisk.org: causes of Q.850 that mean a number cannot be reached.
FAILED_CAUSES = {"1", "2", "3", "27", "28", "34", "38", "58"}
MIN_EXTERNAL = 6
# Calls whose end was never heard are forgotten after this many others.
MAX_TRACKED = 2000


@dataclass
class Tracked:
    """What is known of a call that is under way."""

    call: Call
    channels: set = field(default_factory=set)
    is_answered: bool = False
    is_failed: bool = False


class Calls:
    """Turns events into :class:`Call` objects, one for each change.

    :param inbound_contexts: contexts of the dialplan that calls from outside come in by;
        a word is enough that the context begins with
    """

    def __init__(self, inbound_contexts=INBOUND_CONTEXTS):
        self.inbound_contexts = tuple(inbound_contexts)
        self._tracked = {}
        self._listed = None
        # Calls that ended lately, as their record comes a moment later.
        self._ended = deque(maxlen=200)

    def take(self, event, now):
        """The call as it is after this event, or None when nothing changed for people.

        :param now: seconds since 1970
        """
        read = _READERS.get(event.event)
        return read(self, event, now) if read else None

    def dump(self):
        """The calls under way as JSON keeps them."""
        return {
            key: {
                "call": vars(tracked.call),
                "channels": sorted(tracked.channels),
                "is_answered": tracked.is_answered,
                "is_failed": tracked.is_failed,
            }
            for key, tracked in self._tracked.items()
        }

    def restore(self, dumped):
        """Go on with the calls that `dump` gave."""
        for key, kept in dumped.items():
            self._tracked[key] = Tracked(
                Call(**kept["call"]),
                set(kept["channels"]),
                kept["is_answered"],
                kept["is_failed"],
            )

    def begin_list(self):
        """After a new connection: what is not listed now has ended meanwhile."""
        self._listed = {}

    def end_list(self, now):
        """Calls that changed while nobody listened."""
        if self._listed is None:
            return []
        listed, self._listed = self._listed, None
        lost = [key for key in self._tracked if key not in listed]
        changed = [self._end(self._tracked.pop(key), now) for key in lost]
        for key, channels in listed.items():
            changed += self._catch_up(key, channels, now)
        return changed

    def _catch_up(self, key, channels, now):
        """What a call that goes on has become meanwhile."""
        tracked = self._tracked.get(key)
        is_new = not tracked
        if is_new:
            tracked = self._find_begun(key, channels, now)
        if not tracked or not channels:
            return []
        tracked.channels |= {event.get("Uniqueid") for event in channels}
        if not tracked.is_answered and any(one.get("BridgeId") for one in channels):
            agents = [
                _extension(event.get("Channel"))
                for event in channels
                if event.get("Uniqueid") != key
            ]
            tracked.call.agent = next(filter(None, agents), tracked.call.agent)
            return [self._answer(tracked, channels[0], now)]
        return [_copy(tracked.call)] if is_new else []

    def _find_begun(self, key, channels, now):
        """A call that began while nobody listened; its first channel tells whose it is.

        By now the dialplan may have led it anywhere, so its name counts, not its context.
        """
        first = next((one for one in channels if one.get("Uniqueid") == key), None)
        if not first:
            return None
        agent = _extension(first.get("Channel"))
        outside = first.get("Exten" if agent else "CallerIDNum")
        if len(re.sub(r"\D", "", outside)) < MIN_EXTERNAL:
            return None
        call = self._make(first, "out" if agent else "in", agent, now)
        call.started = now - _seconds(first.get("Duration"))
        return self._track(key, call)

    def _new_channel(self, event, now):
        linked, unique = event.get("Linkedid"), event.get("Uniqueid")
        if self._listed is not None:
            # It is younger than the list that is just being read to us.
            self._listed.setdefault(linked, [])
        if linked in self._tracked:
            self._tracked[linked].channels.add(unique)
            return None
        if not linked or linked != unique:
            return None
        direction, agent = self._direction(event)
        if not direction:
            return None
        tracked = self._track(linked, self._make(event, direction, agent, now))
        tracked.channels.add(unique)
        return _copy(tracked.call)

    def _make(self, event, direction, agent, now):
        return Call(
            external_id=event.get("Linkedid"),
            direction=direction,
            state="ringing",
            caller=_number(event.get("CallerIDNum")),
            callee=_number(event.get("Exten")),
            agent=agent,
            caller_name=_name(event.get("CallerIDName")),
            started=now,
            occurred=now,
        )

    def _track(self, key, call):
        if len(self._tracked) >= MAX_TRACKED:
            self._tracked.pop(next(iter(self._tracked)))
        self._tracked[key] = Tracked(call)
        return self._tracked[key]

    def _direction(self, event):
        context, exten = event.get("Context"), event.get("Exten")
        if context.startswith(self.inbound_contexts):
            return "in", ""
        if len(re.sub(r"\D", "", exten)) >= MIN_EXTERNAL:
            return "out", _extension(event.get("Channel"))
        return "", ""

    def _dial_end(self, event, now):
        tracked = self._of(event)
        if not tracked or tracked.is_answered:
            return None
        status = event.get("DialStatus")
        if status != "ANSWER":
            tracked.is_failed = status in FAILED
            return None
        return self._answer(tracked, event, now)

    def _enter_bridge(self, event, now):
        """Two channels talk, also where nothing was dialled, as in a parked call."""
        tracked = self._of(event)
        count = event.get("BridgeNumChannels")
        if not tracked or tracked.is_answered or count in ("", "0", "1"):
            return None
        return self._answer(tracked, event, now)

    def _answer(self, tracked, event, now):
        tracked.is_answered = True
        tracked.call.answered = now
        tracked.call.state = "answered"
        tracked.call.occurred = now
        if tracked.call.direction == "in":
            tracked.call.agent = (
                _extension(event.get("DestChannel"))
                or _number(event.get("DestCallerIDNum"))
                or tracked.call.agent
            )
        return _copy(tracked.call)

    def _dial_begin(self, event, now):
        """Tell who is being rung, once it becomes known."""
        tracked = self._of(event)
        if not tracked or tracked.is_answered or tracked.call.agent:
            return None
        agent = _extension(event.get("DestChannel"))
        if not agent:
            return None
        tracked.call.agent = agent
        tracked.call.occurred = now
        return _copy(tracked.call)

    def _hangup(self, event, now):
        tracked = self._of(event)
        if not tracked:
            return None
        unique = event.get("Uniqueid")
        tracked.channels.discard(unique)
        if event.get("Cause") in FAILED_CAUSES and not tracked.is_answered:
            tracked.is_failed = True
        # The caller's own channel ends the call, whatever helpers are left.
        if unique != event.get("Linkedid") and tracked.channels:
            return None
        del self._tracked[event.get("Linkedid")]
        return self._end(tracked, now)

    def _end(self, tracked, now):
        call = tracked.call
        self._ended.append(call.external_id)
        call.ended = call.occurred = now
        if tracked.is_answered:
            call.state = "ended"
            call.duration = max(0, int(now - (call.answered or now)))
        elif tracked.is_failed and call.direction == "out":
            call.state = "failed"
        else:
            call.state = "missed"
        return _copy(call)

    def _record(self, event, now):
        """The exchange's own record of a call, where it writes one (cdr_manager)."""
        call_id = event.get("UniqueID")
        if call_id not in self._ended:
            return None
        seconds = event.get("BillableSeconds")
        is_answered = event.get("Disposition") == "ANSWERED"
        if not is_answered or not re.fullmatch("[0-9]{1,8}", seconds):
            return None
        self._ended.remove(call_id)
        return Call(call_id, "", "", duration=int(seconds), occurred=now)

    def _set_variable(self, event, now):
        """Where the recording is kept."""
        names = {"MIXMONITOR_FILENAME", "CDR(recordingfile)", "CALLFILENAME"}
        tracked = self._of(event)
        value = event.get("Value").strip()
        if not tracked or event.get("Variable") not in names or not value:
            return None
        # The whole path says more than the name alone.
        if len(value) > len(tracked.call.recording):
            tracked.call.recording = value[:300]
        return None

    def _list_channel(self, event, now):
        if self._listed is not None:
            self._listed.setdefault(event.get("Linkedid"), []).append(event)

    def _of(self, event):
        linked = event.get("Linkedid") or event.get("DestLinkedid")
        return self._tracked.get(linked)


_READERS = {
    "Newchannel": Calls._new_channel,
    "BridgeEnter": Calls._enter_bridge,
    "Cdr": Calls._record,
    "DialBegin": Calls._dial_begin,
    "DialEnd": Calls._dial_end,
    "Hangup": Calls._hangup,
    "VarSet": Calls._set_variable,
    "CoreShowChannel": Calls._list_channel,
}


def _copy(call):
    return Call(**vars(call))


def _seconds(clock):
    """Seconds of a time such as 00:01:30; 0 for anything else."""
    match = re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d)", clock)
    if not match:
        return 0
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _number(value):
    return "" if value.lower() in UNKNOWN_NAMES else value


def _name(value):
    return "" if value.lower() in UNKNOWN_NAMES else value[:200]


def _extension(channel):
    """The extension in a name such as PJSIP/100-0000001f or Local/100@queue-1;2."""
    match = re.match(r"[A-Za-z0-9]+/([0-9]{1,5})(?:[@-]|$)", channel)
    return match[1] if match else ""
