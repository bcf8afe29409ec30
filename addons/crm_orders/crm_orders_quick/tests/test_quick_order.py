import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from .common import AINO_NUMBER, QuickMixin


@tagged("post_install", "-at_install")
class TestQuickOrder(QuickMixin, TransactionCase):
    """What a phone number and three fields become."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def test_known_customer_is_found_by_the_number(self):
        order = self._confirmed_orders(1, user_id=self.seller.id)
        done = self._confirmed_orders(1, user_id=self.seller.id)
        done.crm_orders_stage_id = self.stage_done
        form = self._form(phone="040 1234567")
        self.assertEqual(form.phone, AINO_NUMBER)
        self.assertEqual(form.certainty, "sure")
        self.assertEqual(form.partner_id, self.customer)
        self.assertFalse(form.is_new_customer)
        facts = form.customer_facts
        self.assertEqual(
            [(one["name"], one["details"]) for one in facts["candidates"]],
            [("Aino Lähde", "Tampere, aino@example.com")],
        )
        self.assertEqual(
            [(one["id"], one["is_open"]) for one in facts["orders"]],
            [(order.id, True), (done.id, False)],
        )
        self.assertEqual(facts["orders"][0]["stage"], "New")

    def test_order_enters_its_first_stage(self):
        quick = self._quick(type_id=self.type_service)
        action = quick.action_create()
        self.assertEqual(action["res_id"], quick.id)
        order = quick.order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.crm_orders_type_id, self.type_service)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.user_id, self.seller)
        self.assertEqual(order.create_uid, self.seller)
        self.assertEqual(order.commitment_date, quick.ready_date)
        self.assertEqual(
            [(line.display_type, line.name) for line in order.order_line],
            [("line_note", "Blue chair")],
        )
        self.assertIn("/track/", quick.track_url)
        self.assertTrue(quick.track_qr)

    def test_unknown_number_makes_a_customer(self):
        form = self._form(phone="040 7654321")
        self.assertEqual(form.certainty, "none")
        self.assertTrue(form.is_new_customer)
        form.customer_name = " Väinö Uusi "
        form.description = "Lamp"
        quick = form.save()
        quick.action_create()
        customer = quick.order_id.partner_id
        self.assertEqual(customer.name, "Väinö Uusi")
        self.assertEqual(customer.phone, "+358 40 7654321")
        again = self._form(phone="+358407654321")
        self.assertEqual(again.partner_id, customer)

    def test_customer_made_meanwhile_is_taken(self):
        quick = self._quick(phone="040 7654321", customer_name="Väinö")
        colleague = self._quick(phone="040 7654321", customer_name="Väinö U")
        colleague.action_create()
        quick.action_create()
        self.assertEqual(quick.order_id.partner_id, colleague.order_id.partner_id)
        self.assertNotEqual(quick.order_id, colleague.order_id)

    def test_number_of_two_customers_is_asked_about(self):
        other = self.env["res.partner"].create({"name": "Eino", "phone": AINO_NUMBER})
        form = self._form(phone=AINO_NUMBER)
        self.assertEqual(form.certainty, "doubtful")
        self.assertFalse(form.partner_id)
        self.assertEqual(
            {one["id"] for one in form.customer_facts["candidates"]},
            {other.id, self.customer.id},
        )
        form.description = "Lamp"
        quick = form.save()
        with self.assertRaisesRegex(UserError, "choose who it is"):
            quick.action_create()
        quick.partner_id = other
        quick.action_create()
        self.assertEqual(quick.order_id.partner_id, other)

    def test_number_may_have_gone_to_somebody_else(self):
        quick = self._quick()
        quick.write(
            {
                "partner_id": False,
                "is_new_customer": True,
                "customer_name": "Their daughter",
            }
        )
        quick.action_create()
        self.assertEqual(quick.order_id.partner_id.name, "Their daughter")
        self.assertEqual(self._form(phone=AINO_NUMBER).certainty, "doubtful")

    def test_same_click_twice_makes_one_order(self):
        quick = self._quick(phone="040 7654321", customer_name="Väinö")
        quick.action_create()
        quick.action_create()
        # The browser lost the answer to saving, and saves the form again.
        again = quick.copy({"token": quick.token})
        self.assertFalse(again.order_id)
        again.action_create()
        self.assertEqual(again.order_id, quick.order_id)
        self.assertEqual(len(quick.order_id.partner_id.sale_order_ids), 1)
        values = {"phone": AINO_NUMBER, "description": "Lamp", "token": quick.token}
        other = self._quick_model(self.env.user).create(values)
        with self.assertRaisesRegex(Exception, "quick_token"):
            other.action_create()
            self.env.flush_all()

    def test_quotation_is_confirmed_later(self):
        quick = self._quick()
        quick.action_create_quotation()
        order = quick.order_id
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.crm_orders_stage_id)
        self.assertFalse(quick.track_url)
        quick.action_create_and_open()
        self.assertEqual(quick.order_id, order)
        self.assertEqual(order.state, "sale")

    def test_product_has_a_price_and_the_words_are_a_note(self):
        quick = self._quick(product_id=self.product, price=12.5)
        quick.action_create()
        line, note = quick.order_id.order_line
        self.assertEqual((line.product_id, line.price_unit), (self.product, 12.5))
        self.assertEqual((note.display_type, note.name), ("line_note", "Blue chair"))

    def test_words_are_of_the_product_that_the_company_chose(self):
        self.company.crm_orders_quick_product_id = self.product
        quick = self._quick(price=30)
        quick.action_create()
        line = quick.order_id.order_line
        self.assertEqual(
            (line.product_id, line.name, line.price_unit),
            (self.product, "Blue chair", 30),
        )

    def test_last_type_is_offered_again(self):
        self.assertEqual(self._form().type_id, self.type_pickup)
        self._quick(type_id=self.type_service).action_create()
        self.assertEqual(self._form().type_id, self.type_service)
        self.assertEqual(self._form(self.env.user).type_id, self.type_pickup)
        self.type_service.active = False
        self.assertEqual(self._form().type_id, self.type_pickup)

    def test_promise_follows_from_the_time_that_stages_allow(self):
        self.stage_new.sla_number = 1
        now = fields.Datetime.now()
        form = self._form(phone=AINO_NUMBER)
        expected = now + timedelta(days=3)
        self.assertLess(abs(form.ready_date - expected), timedelta(minutes=2))
        (self.stage_new | self.stage_work).sla_number = 0
        self.assertFalse(self._form(phone=AINO_NUMBER).ready_date)

    def test_note_and_photo_are_for_the_shops_own_people(self):
        out = io.BytesIO()
        Image.new("RGB", (3000, 20), "red").save(out, "JPEG")
        quick = self._quick(note="Pays in cash", photo=base64.b64encode(out.getvalue()))
        quick.action_create()
        messages = quick.order_id.message_ids
        note = messages.filtered(lambda one: "Pays in cash" in (one.body or ""))
        self.assertTrue(note.subtype_id.internal)
        photo = messages.filtered("attachment_ids")
        self.assertTrue(photo.subtype_id.internal)
        picture = Image.open(io.BytesIO(photo.attachment_ids.raw))
        self.assertEqual(picture.width, 1920)

    def _new_lead(self, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Chair wanted",
                "phone": AINO_NUMBER,
                "company_id": self.company.id,
                "user_id": self.seller.id,
                "team_id": False,
                **vals,
            }
        )

    def test_the_one_open_lead_of_the_number_is_linked(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        lead = self._new_lead(type="lead", campaign_id=campaign.id)
        quick = self._quick()
        quick.action_create()
        self.assertEqual(quick.order_id.opportunity_id, lead)
        self.assertEqual(quick.order_id.campaign_id, campaign)
        self.assertEqual(quick.order_id.user_id, self.seller)
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.partner_id, self.customer)

    def test_of_two_leads_nobody_knows_which_one(self):
        self._new_lead()
        self._new_lead(user_id=self.env.user.id)
        quick = self._quick()
        quick.action_create()
        self.assertFalse(quick.order_id.opportunity_id)

    def test_lost_leads_and_those_of_colleagues_are_left_alone(self):
        self._new_lead().action_set_lost()
        colleague = self._new_user("quick_colleague", "crm_orders_base.group_user")
        self._new_lead(user_id=colleague.id)
        quick = self._quick()
        quick.action_create()
        self.assertFalse(quick.order_id.opportunity_id)

    def test_what_is_wrong_is_told_and_nothing_is_made(self):
        before = self.env["sale.order"].search_count([])
        for values, message in (
            ({"phone": "12"}, "not a whole phone number"),
            ({"phone": "040 7654321"}, "name of the new customer"),
            ({"description": " "}, "what is ordered"),
            ({"price": 5}, "A price needs a product"),
            ({"price": -5}, "less than zero"),
            ({"ready_date": "2020-01-01 12:00:00"}, "gone by"),
            ({"token": "x"}, "anew"),
        ):
            values = {"phone": AINO_NUMBER, "description": "Chair", **values}
            quick = self._quick_model().create(values)
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                quick.action_create()
        self.assertEqual(self._form(phone="12").certainty, "invalid")
        self.assertEqual(self.env["sale.order"].search_count([]), before)
        with self.assertRaisesRegex(UserError, "not been made"):
            quick.action_open()

    def test_next_one_is_an_empty_form(self):
        quick = self._quick()
        quick.action_create()
        self.assertFalse(quick.action_next()["res_id"])
        self.assertEqual(quick.action_open()["res_id"], quick.order_id.id)
        self.assertEqual(quick.action_print_label()["type"], "ir.actions.report")

    def test_number_is_looked_up_with_few_queries(self):
        def count(number):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._quick_model().onchange(
                {"phone": number, "company_id": self.company.id},
                ["phone"],
                {"phone": {}, "partner_id": {}, "customer_facts": {}},
            )
            return self.cr.sql_log_count - before

        self._confirmed_orders(1, user_id=self.seller.id)
        count(AINO_NUMBER)
        few = count(AINO_NUMBER)
        self._confirmed_orders(7, user_id=self.seller.id)
        self.assertLessEqual(count(AINO_NUMBER), few)
        self.assertLess(few, 40)
