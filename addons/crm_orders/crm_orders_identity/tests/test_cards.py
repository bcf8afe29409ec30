from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook
from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestCards(IdentityMixin, TransactionCase):
    """The identities of a customer follow the customer's card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.seller = cls._new_user("cards_seller")

    def test_phone_and_mail_are_identities(self):
        self.assertEqual(
            self._values(self.aino),
            [
                ("email", "aino@example.com", "card"),
                ("phone", "+358401234567", "card"),
            ],
        )

    def test_they_change_with_the_card(self):
        self.aino.write({"phone": "050 111 2233", "email": False})
        self.assertEqual(self._values(self.aino), [("phone", "+358501112233", "card")])
        self.aino.phone = "not a number"
        self.assertEqual(self._values(self.aino), [])
        self.aino.write({"phone": "(0)40 123 4567", "email": "x@example.com"})
        self.assertEqual(len(self._values(self.aino)), 2)

    def test_country_changes_what_a_number_means(self):
        partner = self._new_partner("Sven", phone="070 123 45 67")
        partner.country_id = self.env.ref("base.se")
        self.assertEqual(self._values(partner), [("phone", "+46701234567", "card")])

    def test_what_came_in_otherwise_stays_when_the_card_changes(self):
        self._claim(self._handle("phone", "050 111 2233"), partner=self.aino)
        self.aino.phone = "050 111 2233"
        self.aino.phone = False
        self.assertIn(("phone", "+358501112233", "channel"), self._values(self.aino))

    def test_family_shares_a_number(self):
        child = self._new_partner("Child", phone="040 123 4567")
        self.assertIn(("phone", "+358401234567", "card"), self._values(child))
        self.assertIn(("phone", "+358401234567", "card"), self._values(self.aino))

    def test_deleted_customer_is_forgotten(self):
        self._claim(self._handle("telegram", 5), partner=self.aino)
        ids = self.aino.sudo().crm_orders_identity_ids.ids
        self.aino.unlink()
        self.assertFalse(self.identities.browse(ids).exists())

    def test_a_batch_costs_as_much_as_one(self):
        def create(start, count):
            return self.env["res.partner"].create(
                [
                    {
                        "name": f"P{n}",
                        "phone": f"+358 40 {start + n}",
                        "email": f"{n}@x.fi",
                    }
                    for n in range(count)
                ]
            )

        create(1000000, 1)
        self.env.flush_all()
        before = self.cr.sql_log_count
        create(2000000, 1)
        one = self.cr.sql_log_count - before
        before = self.cr.sql_log_count
        partners = create(3000000, 50)
        many = self.cr.sql_log_count - before
        self.assertLessEqual(many, one + 2)
        self.assertEqual(len(partners.crm_orders_identity_ids), 100)
        self.env.flush_all()
        partners.write({"email": "all@x.fi"})
        self.env.flush_all()
        with self.assertQueryCount(1):
            partners._crm_orders_sync_identities(emptied=True)

    def test_very_long_address_does_no_harm(self):
        partner = self._new_partner("Long", email=f"{'a' * 3000}@example.com")
        self.assertEqual(self._values(partner), [])

    def test_existing_customers_are_filled_in_at_installation(self):
        mine = self.env["crm_orders.identity"].search(
            [("partner_id", "=", self.aino.id)]
        )
        before = self._values(self.aino)
        mine.unlink()
        self.cr.execute(
            "UPDATE res_partner SET email_normalized = repeat('a', 3000) WHERE id = %s",
            [self.eino.id],
        )
        post_init_hook(self.env)
        post_init_hook(self.env)
        self.assertEqual(self._values(self.aino), before)

    def test_seller_adds_a_second_number_on_the_form(self):
        with (
            Form(self.aino.with_user(self.seller)) as form,
            form.crm_orders_identity_ids.new() as line,
        ):
            line.kind = "phone"
            line.value = "050 111 2233"
        self.assertIn(("phone", "+358501112233", "manual"), self._values(self.aino))
        added = self.aino.crm_orders_identity_ids.filtered(
            lambda one: one.origin == "manual"
        )
        self.assertEqual(added.display, "+358 50 1112233")
        added.with_user(self.seller).value = "050 111 2244"
        self.assertEqual(added.value, "+358501112244")
        added.with_user(self.seller).unlink()
        self.assertEqual(len(self._values(self.aino)), 2)

    def test_number_added_by_hand_and_then_written_on_the_card(self):
        own = self.identities.create(
            {"kind": "phone", "value": "050 111 2233", "partner_id": self.aino.id}
        )
        self.aino.phone = "050 111 2233"
        self.assertIn(("phone", "+358501112233", "manual"), self._values(self.aino))
        own.with_user(self.seller).unlink()
        self.assertIn(("phone", "+358501112233", "card"), self._values(self.aino))

    def test_unreadable_handles_are_refused_by_hand(self):
        mine = self.identities.with_user(self.seller)
        for kind, value in (
            ("phone", "112"),
            ("email", "nobody"),
            ("telegram", "-5"),
            ("messenger", "5"),
            ("phone", False),
            (False, "5"),
            (["phone"], "0401234567"),
            ("phone", ["0401234567"]),
        ):
            with self.assertRaises(ValidationError):
                mine.create({"kind": kind, "value": value, "partner_id": self.aino.id})

    @mute_logger("odoo.sql_db")
    def test_same_handle_twice_is_refused(self):
        vals = {"kind": "telegram", "value": "5", "partner_id": self.aino.id}
        self.identities.create(vals)
        with self.assertRaises(IntegrityError):
            self.identities.create(vals)

    def test_card_is_changed_on_the_card(self):
        mine = self.aino.crm_orders_identity_ids.with_user(self.seller)
        for attempt in (
            lambda: mine[0].write({"value": "x@example.com"}),
            lambda: mine[0].write({"partner_id": self.eino.id}),
            lambda: mine.unlink(),
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_where_it_came_from_is_not_told_by_clients(self):
        mine = self.identities.with_user(self.seller)
        vals = {"kind": "telegram", "value": "5", "partner_id": self.aino.id}
        for name, value in (
            ("origin", "card"),
            ("lead_id", self._new_lead().id),
            ("company_id", self.other_company.id),
        ):
            with self.assertRaises(AccessError):
                mine.create({**vals, name: value})
            own = mine.with_context(**{f"default_{name}": value}).create(vals)
            self.assertEqual(own.origin, "manual")
            self.assertEqual(own.company_id, self.company)
            self.assertFalse(own.lead_id)
            with self.assertRaises(AccessError):
                own.write({name: value})
            own.unlink()

    def test_best_time_is_a_time(self):
        self.aino.write(
            {"crm_orders_preferred_from": 9, "crm_orders_preferred_to": 17.5}
        )
        for begin, end in ((17, 9), (-1, 5), (5, 25), (5, 5)):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.aino.write(
                    {
                        "crm_orders_preferred_from": begin,
                        "crm_orders_preferred_to": end,
                    }
                )
                self.env.flush_all()

    def test_core_merge_keeps_what_people_are_known_by(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.aino | self.eino).ids, self.aino, extra_checks=False)
        self.assertEqual(
            [value for _kind, value, _origin in self._values(self.aino)],
            ["aino@example.com", "eino@example.com", "+358401234567", "+358407654321"],
        )
        self.aino.phone = "050 111 2233"
        self.assertIn(("phone", "+358407654321", "merged"), self._values(self.aino))
