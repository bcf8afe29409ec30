"""What is known of a telephone call, put together from its events.

Exchanges report a call in pieces: it rings, somebody answers, it ends, a recording is
ready. The pieces come doubled, late and in any order. So nothing is ever overwritten:
what an event says is a set of facts, facts are only ever joined, and what the call looks
like is worked out anew from all of them. Joining is commutative, associative and
idempotent, so the same events in any order give the same call.

Facts are plain dicts, lists, texts and numbers, so that they can be stored as JSON.
"""

# States of an event, see `crm_orders_inbound.tools.channel.Call`, and one of our own.
RINGING, ANSWERED, MISSED = "ringing", "answered", "missed"
ENDED, FAILED, BUSY = "ended", "failed", "busy"
# Nobody will say any more how the call ended.
ABANDONED = "abandoned"
# A message was left instead of a conversation.
VOICEMAIL = "voicemail"
STATES = (RINGING, ANSWERED, MISSED, ENDED, FAILED, BUSY, VOICEMAIL, ABANDONED)
ENDINGS = {MISSED, ENDED, FAILED, BUSY, VOICEMAIL, ABANDONED}

# What the call looks like while it is under way.
ONGOING = "ongoing"

DIRECTIONS = ("in", "out")
NAMES = ("direction", "caller", "callee", "caller_name")
MAX_TEXT = 200
MAX_REFERENCE = 1000
MAX_LISTED = 50
# Longer calls are a mistake of whoever counted.
MAX_DURATION = 7 * 24 * 3600
# Whose words count about the person who took the call, the best first.
AGENT_RANKS = {ANSWERED: 0, ENDED: 1}


def facts_of(event, now):
    """What one event says.

    :param event: `channel.Call`
    :param now: seconds since 1970, for events that do not say when they happened
    """
    at = now if event.occurred is None else event.occurred
    state = event.state if event.state in STATES else ""
    recording = _text(event.recording, MAX_REFERENCE)
    if state == MISSED and recording:
        state = VOICEMAIL
    agent = _text(event.agent)
    facts = {
        "first": {
            name: [at, value] for name in NAMES if (value := _value(event, name))
        },
        "seen": [state] if state else [],
        "rung": [agent] if agent else [],
        "recordings": [recording] if recording else [],
        "begin": at,
    }
    if agent:
        facts["agent"] = [AGENT_RANKS.get(state, 2), at, agent]
    for name in ("started", "answered", "ended"):
        if (value := getattr(event, name)) is not None:
            facts[name] = value
    if state == ANSWERED:
        facts["answered_by"] = at
    if state in ENDINGS:
        facts["ended_by"] = at
    if event.duration is not None and 0 <= event.duration <= MAX_DURATION:
        facts["duration"] = event.duration
    return facts


def ordered(event, now):
    """Facts of a call that was asked for here, so nobody knows better who calls whom.

    Providers report the way to our own telephone as a part of the call.
    """
    facts = facts_of(event, now)
    facts["first"] = {name: [0, said[1]] for name, said in facts["first"].items()}
    facts["agent"] = [-1, 0, facts["agent"][2]]
    return facts


def abandoned(now):
    """Facts of a call whose end was never reported."""
    return {"seen": [ABANDONED], "ended_by": now}


def merge(*all_facts):
    """All that any of these facts say."""
    merged = {"first": {}, "seen": [], "rung": [], "recordings": []}
    for facts in all_facts:
        for name, said in facts.get("first", {}).items():
            merged["first"][name] = min(merged["first"].get(name, said), said)
        for name in ("seen", "rung", "recordings"):
            both = {*merged[name], *facts.get(name, ())}
            merged[name] = sorted(both)[:MAX_LISTED]
        for name in ("begin", "started", "answered", "answered_by", "agent"):
            if name in facts:
                merged[name] = min(merged.get(name, facts[name]), facts[name])
        for name in ("ended", "ended_by", "duration"):
            if name in facts:
                merged[name] = max(merged.get(name, facts[name]), facts[name])
    return merged


def call_of(facts):
    """The call as it looks with these facts; a dict."""
    first = {name: said[1] for name, said in facts.get("first", {}).items()}
    state = _state(facts)
    started = facts.get("started", facts.get("begin"))
    ended = None
    if state not in (RINGING, ONGOING):
        ended = facts.get("ended", facts.get("ended_by", started))
        ended = _not_before(ended, started)
    answered = None
    if state in (ONGOING, ANSWERED):
        answered = _answered(facts, started, ended)
    talked = 0
    if state == ANSWERED:
        talked = facts.get("duration", int(ended - answered))
    waited_until = answered if answered is not None else ended
    return {
        "direction": first.get("direction", "in"),
        "state": state,
        "caller": first.get("caller", ""),
        "callee": first.get("callee", ""),
        "caller_name": first.get("caller_name", ""),
        "agent": facts["agent"][2] if "agent" in facts else "",
        "rung": list(facts.get("rung", ())),
        "recordings": list(facts.get("recordings", ())),
        "started": started,
        "answered": answered,
        "ended": ended,
        "duration": talked,
        "waiting": 0 if waited_until is None else int(waited_until - started),
        "is_over": state not in (RINGING, ONGOING),
    }


def _state(facts):
    """A message left counts most, then that somebody spoke, then how it failed."""
    seen = set(facts.get("seen", ()))
    if VOICEMAIL in seen:
        return VOICEMAIL
    is_over = bool(seen & ENDINGS) or "ended" in facts
    if ANSWERED in seen or "answered" in facts:
        return ANSWERED if is_over else ONGOING
    if not is_over:
        return RINGING
    for state in (BUSY, MISSED, FAILED):
        if state in seen:
            return state
    # Only the end was reported: whoever talked for a while has spoken to somebody.
    if facts.get("duration") or (ABANDONED in seen and facts.get("recordings")):
        return ANSWERED
    return MISSED


def _answered(facts, started, ended):
    """When somebody answered; where nobody says, it follows from how long they spoke."""
    if "answered" in facts:
        return _not_before(facts["answered"], started, ended)
    at = facts.get("answered_by", started)
    if ended is not None and facts.get("duration"):
        at = min(at, ended - facts["duration"])
    return _not_before(at, started, ended)


def _not_before(at, started, ended=None):
    """Clocks of different machines differ; nothing happens before the call began."""
    at = max(at, started)
    return at if ended is None else min(at, ended)


def _value(event, name):
    value = _text(getattr(event, name))
    if name == "direction" and value not in DIRECTIONS:
        return ""
    return value


def _text(value, limit=MAX_TEXT):
    """Text as it can be shown on one line."""
    shown = "".join(char if char.isprintable() else " " for char in value or "")
    return " ".join(shown.split())[:limit]
