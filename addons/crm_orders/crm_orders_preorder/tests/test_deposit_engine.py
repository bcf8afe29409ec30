import json
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.deposit import order_deposit, round_to
from ..tools.deposit_ledger import settle

VECTORS = json.loads((Path(__file__).parent / "vectors/deposits.json").read_text())
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
STEPS = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)])


@tagged("post_install", "-at_install")
class TestDepositEngine(BaseCase):
    """How much is asked for, and what became of it."""

    def test_vectors(self):
        for vector in VECTORS:
            with self.subTest(vector):
                names = ("kind", "value", "quantity", "total")
                lines = [
                    {
                        name: value if name == "kind" else Decimal(value)
                        for name, value in zip(names, line, strict=True)
                    }
                    for line in vector["lines"]
                ]
                self.assertEqual(
                    order_deposit(
                        lines, Decimal(vector["order_total"]), Decimal(vector["step"])
                    ),
                    Decimal(vector["deposit"]),
                )

    def test_unknown_kind(self):
        line = dict.fromkeys(("value", "quantity", "total"), Decimal(1))
        with self.assertRaises(ValueError):
            order_deposit([{"kind": "some", **line}], Decimal(1), Decimal("0.01"))

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(st.sampled_from(["none", "fixed", "percent"]), CENTS, CENTS),
            max_size=5,
        ),
        STEPS,
    )
    def test_deposit_is_between_nothing_and_all(self, lines, step):
        lines = [
            {
                "kind": kind,
                "value": min(value, Decimal(100)) if kind == "percent" else value,
                "quantity": Decimal(1),
                "total": round_to(total, step),
            }
            for kind, value, total in lines
        ]
        total = sum((line["total"] for line in lines), Decimal(0))
        deposit = order_deposit(lines, total, step)
        self.assertTrue(0 <= deposit <= total)
        self.assertEqual(deposit % step, 0)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(CENTS, CENTS, CENTS, CENTS)
    def test_received_is_applied_refunded_or_held(self, invoiced, paid, credited, used):
        ledger = settle(invoiced, paid, credited, used)
        self.assertEqual(
            ledger.received, ledger.applied + ledger.refunded + ledger.held
        )
        self.assertTrue(all(amount >= 0 for amount in ledger))
        self.assertLessEqual(ledger.received, paid)
        self.assertLessEqual(ledger.refunded, credited)
        self.assertLessEqual(ledger.applied, used)

    def test_what_nobody_paid_is_neither_refunded_nor_applied(self):
        self.assertEqual(settle(100, 0, 100, 0), (0, 0, 0, 0))
        self.assertEqual(settle(100, 0, 0, 100), (0, 0, 0, 0))
        self.assertEqual(settle(100, 60, 100, 0), (60, 0, 60, 0))
        self.assertEqual(settle(100, 60, 0, 100), (60, 60, 0, 0))
        self.assertEqual(settle(100, 100, 40, 0), (100, 0, 40, 60))
