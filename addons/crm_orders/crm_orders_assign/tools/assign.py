"""Who gets which lead: plain functions on dicts, without Odoo.

Round robin is stride scheduling. Each member has a `turn`, how far ahead of the others
this member is; the lowest one is next and then moves on by `STRIDE / weight`. All turns
are counted from the last one that was taken, so nobody who was away is owed anything on
coming back, and a newcomer gets no flood. For two members i and j who could take leads
all the time, the numbers n of leads that they got keep to
``|n_i / w_i - n_j / w_j| <= 1 / w_i + 1 / w_j`` over any stretch of time.
"""

from .conditions import matches

# Divisible by every weight from 1 to 10, so that turns are whole numbers.
STRIDE = 2520
MAX_WEIGHT = 10


def assign(leads, rules, people):
    """Decide on a batch of leads, in order.

    :param leads: dicts `id`, the facts that conditions look at, `companies` (ids that the
        lead may belong to, empty: any), `known` (users who know the customer, best first)
        and `excluded` (users who must not get it)
    :param rules: dicts in order: `id company condition known_first way fixed if_nobody
        open members`; a member is a dict `id user weight limit turn`. `open` tells
        whether the working hours of those who have none of their own are on.
    :param people: user id -> dict `active away here open`: `away` on leave, `here` at work
        or None when this person has no hours of their own, `open` number of open leads
    :return: `(decisions, turns)`: a dict `lead rule user reason` for each lead that a rule
        is for, and the new turn of each member whose turn changed. Without a user the
        reason says what to do: `wait` or `leave`.
    """
    load = {user: person.get("open", 0) for user, person in people.items()}
    turns = {
        member["id"]: member.get("turn", 0)
        for rule in rules
        for member in rule["members"]
    }
    before = dict(turns)
    decisions = []
    for lead in leads:
        decision = _decide(lead, rules, people, load, turns)
        if decision:
            decisions.append({"lead": lead["id"], **decision})
            if decision["user"]:
                load[decision["user"]] = load.get(decision["user"], 0) + 1
    changed = {key: turn for key, turn in turns.items() if turn != before[key]}
    return decisions, changed


def _decide(lead, rules, people, load, turns):
    for rule in rules:
        companies = lead.get("companies")
        if companies and rule["company"] not in companies:
            continue
        if not matches(rule["condition"], lead):
            continue
        decision = _apply(rule, lead, people, load, turns)
        if decision:
            return {"rule": rule["id"], **decision}
    return None


def _apply(rule, lead, people, load, turns):
    """What one rule makes of a lead; None hands it on to the next rule."""
    excluded = set(lead.get("excluded") or ())
    limits = {member["user"]: member.get("limit", 0) for member in rule["members"]}

    def is_free(user, anyway=False):
        person = people.get(user)
        if not person or not person["active"] or user in excluded:
            return False
        if anyway:
            return True
        here = person["here"]
        if person["away"] or not (rule["open"] if here is None else here):
            return False
        limit = limits.get(user, 0)
        return not limit or load.get(user, 0) < limit

    if rule["known_first"]:
        for user in lead.get("known") or ():
            if is_free(user):
                return {"user": user, "reason": "known"}
    for anyway in (False, True)[: 1 + (rule["if_nobody"] == "anyway")]:
        user = _pick(rule, lambda user, a=anyway: is_free(user, a), load, turns)
        if user:
            return {"user": user, "reason": "anyway" if anyway else rule["way"]}
    if rule["if_nobody"] == "next":
        return None
    return {"user": None, "reason": "wait" if rule["if_nobody"] == "wait" else "leave"}


def _pick(rule, is_free, load, turns):
    if rule["way"] == "fixed":
        user = rule.get("fixed")
        return user if user and is_free(user) else None
    free = [
        (order, member)
        for order, member in enumerate(rule["members"])
        if is_free(member["user"])
    ]
    if not free:
        return None
    if rule["way"] == "least_open":

        def key(item):
            order, member = item
            share = load.get(member["user"], 0) / member["weight"]
            return share, turns[member["id"]], order

    else:

        def key(item):
            order, member = item
            return turns[member["id"]], order

    _order, chosen = min(free, key=key)
    _advance(rule, chosen, turns)
    return chosen["user"]


def _advance(rule, chosen, turns):
    taken = turns[chosen["id"]]
    for member in rule["members"]:
        turns[member["id"]] = max(turns[member["id"]] - taken, 0)
    turns[chosen["id"]] += STRIDE // chosen["weight"]
