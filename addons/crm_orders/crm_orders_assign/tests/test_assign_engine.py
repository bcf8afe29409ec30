import json
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import assign

VECTORS = Path(__file__).parent / "vectors" / "assign.json"
FREE = {"active": True, "away": False, "here": None, "open": 0}


def rule(users, **values):
    """A rule of which `users` are members, a dict of users to shares."""
    return {
        "id": 1,
        "company": 1,
        "condition": {},
        "known_first": True,
        "way": "round_robin",
        "if_nobody": "wait",
        "open": True,
        "members": [
            {"id": user, "user": user, "weight": weight, "limit": 0, "turn": 0}
            for user, weight in users.items()
        ],
        **values,
    }


@tagged("post_install", "-at_install")
class TestAssignEngine(BaseCase):
    """Who gets which lead, without a database."""

    def test_vectors(self):
        for vector in json.loads(VECTORS.read_text()):
            with self.subTest(vector["rule_of"]):
                people = {int(key): value for key, value in vector["people"].items()}
                decisions, _turns = assign.assign(
                    vector["leads"], vector["rules"], people
                )
                found = [
                    [choice["lead"], choice["rule"], choice["user"], choice["reason"]]
                    for choice in decisions
                ]
                self.assertEqual(found, vector["decisions"])

    @settings(max_examples=150, deadline=None)
    @given(
        weights=st.lists(st.integers(1, assign.MAX_WEIGHT), min_size=1, max_size=8),
        batches=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    )
    def test_everybody_gets_the_share_at_any_moment(self, weights, batches):
        """However leads are cut into batches, and wherever one stops to count."""
        one = rule(dict(enumerate(weights, 1)))
        people = {user: dict(FREE) for user in range(1, len(weights) + 1)}
        got = Counter()
        for size in batches:
            self._run(one, people, size, got)
            for i, first in enumerate(weights, 1):
                for j, second in enumerate(weights, 1):
                    gap = abs(got[i] / first - got[j] / second)
                    self.assertLessEqual(gap, 1 / first + 1 / second + 1e-9)

    @settings(max_examples=150, deadline=None)
    @given(
        users=st.integers(2, 7),
        away=st.lists(st.sets(st.integers(1, 7)), min_size=1, max_size=40),
    )
    def test_equal_shares_differ_by_one_lead_at_most(self, users, away):
        """Of those who were there all the time, while others came and went."""
        one = rule(dict.fromkeys(range(1, users + 1), 1))
        always = set(range(1, users + 1)).difference(*away)
        got = Counter()
        for absent in away:
            people = {
                user: {**FREE, "away": user in absent} for user in range(1, users + 1)
            }
            self._run(one, people, 1, got)
        if always:
            counts = [got[user] for user in always]
            self.assertLessEqual(max(counts) - min(counts), 1)

    @settings(max_examples=100, deadline=None)
    @given(before=st.integers(0, 60), users=st.integers(1, 6))
    def test_who_comes_back_is_owed_nothing(self, before, users):
        """Neither a newcomer nor somebody back from leave is flooded."""
        one = rule(dict.fromkeys(range(1, users + 2), 1))
        back = users + 1
        people = {user: dict(FREE) for user in range(1, users + 2)}
        self._run(one, {**people, back: {**FREE, "away": True}}, before, Counter())
        got = Counter()
        self._run(one, people, users + 1, got)
        self.assertLessEqual(got[back], 1)

    @settings(max_examples=100, deadline=None)
    @given(
        load=st.lists(st.integers(0, 9), min_size=1, max_size=6),
        size=st.integers(1, 30),
    )
    def test_fewest_open_leads_evens_out(self, load, size):
        one = rule(dict.fromkeys(range(1, len(load) + 1), 1), way="least_open")
        people = {user: {**FREE, "open": count} for user, count in enumerate(load, 1)}
        got = Counter()
        self._run(one, people, size, got)
        after = {user: count + got[user] for user, count in enumerate(load, 1)}
        lowest = min(after.values())
        for user, count in after.items():
            if got[user]:
                self.assertLessEqual(count, lowest + 1)

    @settings(max_examples=100, deadline=None)
    @given(
        limits=st.lists(st.integers(1, 5), min_size=1, max_size=5),
        size=st.integers(1, 30),
        way=st.sampled_from(["round_robin", "least_open"]),
    )
    def test_nobody_gets_more_than_the_limit(self, limits, size, way):
        one = rule(dict.fromkeys(range(1, len(limits) + 1), 1), way=way)
        for member, limit in zip(one["members"], limits, strict=True):
            member["limit"] = limit
        people = {user: dict(FREE) for user in range(1, len(limits) + 1)}
        got = Counter()
        self._run(one, people, size, got)
        for user, limit in enumerate(limits, 1):
            self.assertLessEqual(got[user], limit)
        self.assertEqual(sum(got.values()), min(size, sum(limits)))

    def _run(self, one, people, size, got):
        """Give out leads, and keep the turns as the database would."""
        leads = [{"id": number} for number in range(size)]
        decisions, turns = assign.assign(leads, [one], people)
        for member in one["members"]:
            member["turn"] = turns.get(member["id"], member["turn"])
        got.update(choice["user"] for choice in decisions if choice["user"])
