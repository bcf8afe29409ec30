"""What a customer is shown of the way of an order: plain functions without Odoo."""

DONE = "done"
CURRENT = "current"
UPCOMING = "upcoming"

CANCELLED = "cancelled"
FINAL_KINDS = {"handed_over", "closed"}


def build(stages, visits):
    """Lay the visited stages over the public ones.

    :param stages: list of dicts `id, name, kind, public` in the order of the board
    :param visits: list of `(stage id, time entered)`, oldest first
    :return: dict with `steps` (dicts `name, state, date`), `cancelled`, and `complete`
        when the last public step of the way is behind the customer

    An order stands at the public stage it entered last. Stages that are not public
    leave it where it was, so nobody outside learns that they exist.
    """
    by_id = {stage["id"]: stage for stage in stages}
    known = [(stage_id, date) for stage_id, date in visits if stage_id in by_id]
    cancelled = bool(known) and by_id[known[-1][0]]["kind"] == CANCELLED
    shown = [
        stage for stage in stages if stage["public"] and stage["kind"] != CANCELLED
    ]
    ids = [stage["id"] for stage in shown]
    public_visits = [visit for visit in known if visit[0] in ids]
    position = ids.index(public_visits[-1][0]) if public_visits else -1
    dates = dict(public_visits)
    steps = [
        {
            "name": stage["name"],
            "state": _state(index, position),
            "date": dates.get(stage["id"]) if index <= position else None,
        }
        for index, stage in enumerate(shown)
    ]
    complete = position >= 0 and shown[position]["kind"] in FINAL_KINDS
    if complete:
        steps[position]["state"] = DONE
    return {
        "steps": steps,
        "cancelled": cancelled,
        "complete": complete and not cancelled,
    }


def _state(index, position):
    if index < position:
        return DONE
    return CURRENT if index == position else UPCOMING
