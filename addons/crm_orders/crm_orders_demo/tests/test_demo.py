import itertools

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..history import REQUESTS
from ..hooks import KEY, LEADS, ORDER_WAYS, PREORDERS


@tagged("post_install", "-at_install")
class TestDemo(HttpCase):
    """The demo shop is worth looking at, and each demo user sees their part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env.ref("retail_pos_demo.user_seller")
        cls.manager = cls.env.ref("retail_pos_demo.user_manager")
        cls.source = cls.env.ref("crm_orders_demo.crm_orders_source_website")

    def _order(self, name):
        return self.env.ref(f"crm_orders_demo.order_{name}")

    def test_orders_fill_every_stage_of_the_way(self):
        orders = self.env["sale.order"].union(*map(self._order, ORDER_WAYS))
        for order_type, group in orders.grouped("crm_orders_type_id").items():
            way = self.env["crm_orders.stage"]._get_way(self.env.company, order_type)
            if order_type.kind == "pickup":
                self.assertEqual(group.crm_orders_stage_id, way)
            else:
                self.assertLessEqual(group.crm_orders_stage_id, way)
        self.assertEqual(self._order("waiting_1").crm_orders_due, "late")
        self.assertFalse(self._order("quotation_1").crm_orders_stage_id)

    def test_history_looks_like_days_of_work(self):
        order = self._order("handed_over_1")
        rows = order.crm_orders_log_ids.sorted("id")
        self.assertEqual(len(rows), 5)
        self.assertTrue(all(row.duration > 1 for row in rows[:-1]))
        self.assertLess(order.date_order, rows[1].entered_date)
        self.assertEqual(rows.user_id, order.user_id)
        for row, following in itertools.pairwise(rows):
            self.assertEqual(row.left_date, following.entered_date)

    def test_customers_were_told_and_nobody_is_written_to_now(self):
        orders = self.env["sale.order"].union(*map(self._order, ORDER_WAYS))
        notices = orders.crm_orders_notice_ids
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        ready = notices.filtered(lambda one: one.stage_id.kind == "ready")
        self.assertIn(self._order("ready_1").name, ready.mapped("order_id.name"))
        self.assertTrue(all(notices.mapped("recipient")))
        self.assertFalse(self.env["mail.mail"].search([("res_id", "in", orders.ids)]))

    def test_courier_has_work(self):
        self.authenticate("courier", "courier")
        self.assertEqual(self.url_open("/my-work").status_code, 200)
        cards = self.make_jsonrpc_request("/my-work/cards")["cards"]
        orders = {card["name"] for card in cards}
        self.assertIn(self._order("delivery_1").name, orders)
        self.assertIn(self._order("delivery_2").name, orders)

    def test_preorders_stand_in_line(self):
        orders = [self._order(name) for name in PREORDERS]
        self.assertEqual(
            [order.crm_orders_preorder_state for order in orders],
            ["goods", "goods", "deposit"],
        )
        self.assertGreater(orders[1].crm_orders_deposit_held, 0)
        plan = self.env["crm_orders.purchase.plan"].search(
            [("product_id", "=", self.env.ref("crm_orders_demo.product_aurora").id)]
        )
        self.assertTrue(plan)

    def test_something_is_being_repaired(self):
        repair = self.env["repair.order"].search([], limit=1)
        order = repair.sale_order_id
        self.assertEqual(order.crm_orders_type_id.kind, "service")
        self.assertEqual(order.crm_orders_stage_kind, "new")
        self.assertEqual(order.partner_id.name, "Lempi Koskinen")

    def test_contact_form_is_where_visitors_are_told(self):
        page = self.url_open("/crm_orders/v1/form/demo-contact-form")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Kauppa Koivu", page.text)

    def test_leads_came_in_through_the_door(self):
        events = self.source.event_ids
        self.assertGreaterEqual(len(events), len(LEADS))
        demo = events.filtered(lambda event: (event.external_id or "")[:5] == "demo-")
        self.assertEqual(set(demo.mapped("state")), {"done"})
        self.assertEqual(demo.lead_id.user_id, self.seller)

    def test_funnel_has_a_past(self):
        today = fields.Date.today()
        funnel = self.env["crm_orders.funnel"].with_user(self.manager)
        begin = fields.Date.subtract(today, days=89)
        total = funnel.get_funnel(str(begin), str(today))["total"]
        counts = {step["key"]: step["count"] for step in total["steps"]}
        self.assertGreaterEqual(counts["leads"], len(REQUESTS))
        self.assertGreater(counts["won"], 0)
        self.assertGreater(total["cost"], 500)

    def test_past_was_answered(self):
        leads = self.env["crm.lead"].search(
            [("crm_orders_response_minutes", ">", 0), ("active", "in", [True, False])]
        )
        self.assertGreaterEqual(len(leads), len(REQUESTS))
        self.assertEqual(
            set(leads.mapped("crm_orders_sla_state")), {"answered", "answered_late"}
        )
        self.assertEqual(
            leads.crm_orders_sla_policy_id, self.env.ref("crm_orders_demo.policy_shop")
        )
        self.assertFalse(leads.crm_orders_sla_log_ids)

    def test_rule_gives_leads_to_people(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Astioita häihin",
                "type": "opportunity",
                "user_id": False,
                "company_id": self.env.ref("base.main_company").id,
            }
        )
        self.assertEqual(lead.user_id, self.manager)
        self.assertTrue(lead.crm_orders_sla_deadline)

    def test_key_of_the_demo_opens_the_door(self):
        response = self.url_open(
            "/crm_orders/v1/leads",
            json={"external_id": "test", "email": "test@example.com"},
            headers={"X-Source-Key": KEY},
        )
        self.assertEqual(response.status_code, 202)

    def test_nothing_of_leads_is_sent_to_others(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertEqual(parameters.get_param("crm.iap.lead.enrich.setting"), "manual")
        crons = self.env["ir.cron"].search([])
        enrichment = self.env.ref(
            "crm_iap_enrich.ir_cron_lead_enrichment", raise_if_not_found=False
        )
        if enrichment:
            self.assertNotIn(enrichment, crons)

    def test_people_have_the_levels_of_their_work(self):
        self.assertTrue(self.seller.has_group("crm_orders_base.group_user"))
        self.assertFalse(self.seller.has_group("crm_orders_base.group_manager"))
        self.assertTrue(self.manager.has_group("crm_orders_base.group_manager"))
        cashier = self.env.ref("retail_pos_demo.user_cashier")
        self.assertFalse(cashier.has_group("crm_orders_base.group_user"))

    def test_customer_reads_the_tracking_page_in_finnish(self):
        order = self._order("picking_1")
        url = order._crm_orders_get_tracking_url()
        response = self.url_open("/track/" + url.rpartition("/")[2])
        self.assertIn("Tilaus vastaanotettu", response.text)
        self.assertIn("Kauppa Koivu Oy", response.text)
