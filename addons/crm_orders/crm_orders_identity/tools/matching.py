"""Who somebody is, told by what is known of their handles. Plain data in and out."""

from collections import namedtuple

SURE = "sure"
DOUBTFUL = "doubtful"
NONE = "none"

# A handle of more customers than this says nothing: it is the shop's own number or a
# made-up one, typed in where the true one was not known.
MANY = 10

Match = namedtuple("Match", "partner identity certainty candidates reason code")
Match.__doc__ = """Who a person is.

partner: the customer, if sure
identity: the row of `crm_orders.identity` that told it; without a customer the row by
    which this person is known from a lead
certainty: SURE, DOUBTFUL or NONE
candidates: customers that the person may be, strongest first. More than the partner
    when it is sure means that the others are perhaps the same person.
reason: in words, for people
code: of the reason
"""


def decide(rows):
    """Decide from the known rows of one person's handles.

    :param rows: dicts of
        strength: "messenger", "phone", "email" or "username"
        handle: tells the handles of one strength apart
        identity, partner: ids; no partner where nobody is a customer yet
        entity: id of the company that the partner is a contact of, or of the partner
        entity_usable: whether that company may be the answer
    :return: dict of certainty, partner, identity, candidates and reason, a code
    """
    rows, is_crowd = _without_crowds(rows)
    owned = [row for row in rows if row["partner"]]
    groups = {}
    for strength in ("messenger", "phone", "email", "username"):
        groups[strength] = _unique(row for row in owned if row["strength"] == strength)
    messenger, phone, email, username = groups.values()

    if messenger:
        pool, reason = messenger, "messenger"
    elif phone and email:
        reason = "phone_email"
        pool = {key: row for key, row in email.items() if key in phone}
        if not pool:
            if len(_entities({**phone, **email})) > 1:
                return _doubtful([phone, email], "phone_or_email")
            # The company has the phone and one of its contacts the address.
            pool = email
    elif phone:
        pool, reason = phone, "phone"
    elif email:
        pool, reason = email, "email"
    elif username:
        # A name that somebody gave up is free for anybody to take.
        return _doubtful([username], "username")
    else:
        known = next((row for row in rows if row["strength"] == "messenger"), None)
        return {
            "certainty": NONE,
            "partner": None,
            "identity": known["identity"] if known else None,
            "candidates": [],
            "reason": "crowd" if is_crowd else "unknown",
        }

    partner, row = _one_of(pool)
    if partner is None:
        return _doubtful([pool], f"shared_{reason}")
    others = _contradicting(row, [phone, email]) if messenger else []
    return {
        "certainty": SURE,
        "partner": partner,
        "identity": row["identity"],
        "candidates": [partner, *others],
        "reason": f"{reason}_but" if others else reason,
    }


def _without_crowds(rows):
    """Leave out handles that too many customers have; tell whether there were any."""
    entities = {}
    for row in rows:
        if row["partner"]:
            key = row["strength"], row["handle"]
            entities.setdefault(key, set()).add(row["entity"])
    crowds = {key for key, found in entities.items() if len(found) > MANY}
    kept = [row for row in rows if (row["strength"], row["handle"]) not in crowds]
    return kept, bool(crowds)


def _unique(rows):
    """The rows by partner, the first one of each."""
    found = {}
    for row in rows:
        found.setdefault(row["partner"], row)
    return found


def _entities(group):
    return {row["entity"] for row in group.values()}


def _one_of(pool):
    """(partner, row) that the whole pool stands for, or (None, None)."""
    if len(pool) == 1:
        return next(iter(pool.items()))
    if len(_entities(pool)) > 1:
        return None, None
    # Several contacts of one company: the customer is sure, the person is not.
    row = next(iter(pool.values()))
    entity = row["entity"]
    if entity in pool:
        return entity, pool[entity]
    return (entity, row) if row["entity_usable"] else (None, None)


def _contradicting(row, groups):
    """Customers of weaker handles none of which belongs to the chosen one's company."""
    return list(
        dict.fromkeys(
            partner
            for group in groups
            if group and row["entity"] not in _entities(group)
            for partner in group
        )
    )


def _doubtful(groups, reason):
    candidates = list(dict.fromkeys(partner for group in groups for partner in group))
    first = next(iter(groups[0].values()))
    return {
        "certainty": DOUBTFUL,
        "partner": None,
        "identity": first["identity"],
        "candidates": candidates,
        "reason": reason,
    }
