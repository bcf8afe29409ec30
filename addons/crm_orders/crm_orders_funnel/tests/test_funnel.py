from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from .common import FunnelMixin


@tagged("post_install", "-at_install")
class TestFunnel(FunnelMixin, TransactionCase):
    """What is counted, and as what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_funnel()

    def _total(self, **more):
        return self._funnel(**more)["total"]

    def test_leads_skipping_a_step_have_taken_it(self):
        for step in "0134":
            self._new_lead(step)
        self.assertEqual(self._counts(self._total()), [4, 3, 2, 2, 1])

    def test_going_back_lost_and_archived_leads_count(self):
        back = self._new_lead("2")
        back.stage_id = self.stages["0"]
        lost = self._new_lead("1")
        lost.action_set_lost()
        self.assertEqual(self._counts(self._total()), [2, 2, 1, 0, 0])

    def test_lead_that_is_not_won_any_more_is_not_won(self):
        lead = self._new_lead("1", expected_revenue=100)
        lead.stage_id = self.stages["4"]
        self.assertEqual(self._counts(self._total()), [1, 1, 1, 1, 1])
        self.assertEqual(self._total()["revenue"], 100)
        lead.stage_id = self.stages["1"]
        lead.probability = 50
        self.assertEqual(self._counts(self._total()), [1, 1, 0, 0, 0])
        self.assertEqual(self._total()["revenue"], 0)

    def test_orders_tell_quotation_won_and_revenue(self):
        lead = self._new_lead(expected_revenue=5000)
        order = self._new_order(lead, 200)
        self.assertEqual(self._counts(self._total()), [1, 1, 1, 1, 0])
        order.action_confirm()
        self._new_order(lead, 50, confirm=True)
        self._new_order(lead, 1000)._action_cancel()
        total = self._total()
        self.assertEqual(self._counts(total), [1, 1, 1, 1, 1])
        self.assertEqual(total["revenue"], 250)

    def test_order_in_another_currency_counts_in_the_companys(self):
        other = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "2020-01-01",
                            "rate": 4,
                            "company_id": self.company.id,
                        },
                    )
                ],
            }
        )
        lead = self._new_lead()
        order = self._new_order(lead, 200)
        pricelist = self.env["product.pricelist"].create(
            {"name": "T", "currency_id": other.id, "company_id": self.company.id}
        )
        order.pricelist_id = pricelist
        order.order_line.price_unit = 200
        order.action_confirm()
        self.assertEqual(order.currency_rate, 4)
        self.assertAlmostEqual(self._total()["revenue"], 50)

    def test_groups_and_their_costs(self):
        self._new_lead("4", expected_revenue=300)
        self._new_lead("0")
        self._new_lead("0", source_id=self.fair.id)
        self._new_lead("0", source_id=False)
        self._new_cost(100)
        self._new_cost(40, source_id=self.fair.id)
        found = self._funnel()
        groups = {group["name"]: group for group in found["groups"]}
        self.assertEqual(found["groups"][0]["name"], "Funnel Ads")
        ads, fair = groups["Funnel Ads"], groups["Funnel Fair"]
        self.assertEqual(self._counts(ads), [2, 1, 1, 1, 1])
        self.assertEqual((ads["cost_per_lead"], ads["cost_per_won"]), (50, 100))
        self.assertEqual(ads["return"], 2)
        self.assertEqual(
            (fair["cost"], fair["cost_per_won"], fair["return"]), (40, None, -1)
        )
        self.assertEqual(self._counts(groups["Not known"]), [1, 0, 0, 0, 0])
        total = found["total"]
        self.assertEqual((total["cost"], total["revenue"]), (140, 300))
        self.assertEqual(self._counts(total), [4, 1, 1, 1, 1])

    def test_every_grouping_has_the_same_total(self):
        for step in "01234":
            self._new_lead(step)
        self._new_cost(90)
        totals = [
            self._funnel(None, None, name)["total"]
            for name in (
                "source_id",
                "medium_id",
                "campaign_id",
                "channel_id",
                "team_id",
                "user_id",
            )
        ]
        for total in totals:
            self.assertEqual(total, totals[0])

    def test_period_counts_days_of_the_reader(self):
        self.manager.tz = "Europe/Helsinki"
        lead = self._new_lead()
        # 31 May, 22:30 in London, is 1 June in Helsinki.
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2024-05-31 22:30:00' WHERE id = %s",
            [lead.id],
        )
        may = self._funnel("2024-05-01", "2024-05-31")["total"]
        june = self._funnel("2024-06-01", "2024-06-01")["total"]
        self.assertEqual((self._counts(may)[0], self._counts(june)[0]), (0, 1))

    def test_bars_list_the_rows_that_they_count(self):
        for step in "0134":
            self._new_lead(step)
        self._new_lead("1", source_id=self.fair.id)
        found = self._funnel("2020-01-01", "2100-12-31")
        report = self.env["crm_orders.funnel.report"].with_user(self.manager)
        report = report.with_context(allowed_company_ids=self.company.ids)
        for group in found["groups"]:
            for step in group["steps"]:
                rows = report.search_count(
                    [*found["domain"], *group["domain"], (step["key"], "=", 1)]
                )
                self.assertEqual(rows, step["count"], (group["name"], step["key"]))

    def test_hostile_arguments(self):
        for arguments in (
            ("x", None),
            ("2024-02-31", None),
            (5, None),
            ("2024-02-02", "2024-02-01"),
            (None, "9999-12-31"),
            (None, None, "company_id"),
            (None, None, "source_id.name; --"),
        ):
            with self.subTest(arguments), self.assertRaises(ValidationError):
                self._funnel(*arguments)

    def test_one_query_whatever_there_is(self):
        for _number in range(5):
            self._new_lead("1")
        self._funnel()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._funnel()
        few = self.cr.sql_log_count - before
        for number in range(20):
            source = self.env["utm.source"].create({"name": f"Funnel {number}"})
            self._new_lead("1", source_id=source.id)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._funnel()
        self.assertLessEqual(self.cr.sql_log_count - before, few + 1)
