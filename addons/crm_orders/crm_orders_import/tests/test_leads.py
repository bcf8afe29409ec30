from odoo.tests import TransactionCase, tagged

from .common import ImportMixin

HEAD = [
    "Nimi",
    "Puhelin",
    "Aihe",
    "Summa",
    "Pvm",
    "Lähde",
    "Vastuuhenkilö",
    "Tunnisteet",
]


@tagged("post_install", "-at_install")
class TestLeads(ImportMixin, TransactionCase):
    """From a file to requests that somebody answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()
        cls.seller = cls._new_user("import_seller", "crm_orders_base.group_user")
        cls.seller.name = "Sirpa Seller"

    def _leads(self, record):
        return [row.lead_id for row in record.row_ids.sorted("number")]

    def test_rows_become_leads(self):
        row = ["Aino", "0401112223", "Sofa", "1 200,50", "1.5.2024", "Messut"]
        record = self._check(
            HEAD,
            [*row, "sirpa seller", "vip"],
            ["Eino", "0501112223", "Chair", "", "", "", "Nobody Known"],
            make="lead",
        )
        self._import(record)
        sofa, chair = self._leads(record)
        self.assertEqual(sofa.name, "Sofa")
        self.assertEqual(sofa.contact_name, "Aino")
        self.assertEqual(sofa.expected_revenue, 1200.5)
        self.assertEqual(sofa.create_date.date().isoformat(), "2024-05-01")
        self.assertEqual(sofa.source_id.name, "Messut")
        self.assertEqual(sofa.user_id, self.seller)
        self.assertEqual(sofa.tag_ids.mapped("name"), ["vip"])
        self.assertFalse(sofa.partner_id)
        self.assertFalse(chair.user_id)
        self.assertIn("Nobody Known", chair.description)

    def test_lead_of_a_known_customer_leaves_the_card_alone(self):
        known = self._new_partner("Eino", phone="0501112223", email="eino@i.example")
        record = self._check(
            ["Name", "Phone", "Email", "Subject"],
            ["E", "0501112223; 0409998887", "other@i.example", "Chair"],
            make="lead",
        )
        # The mail address is nobody's and the phone number is Eino's.
        self._import(record)
        [lead] = self._leads(record)
        self.assertEqual(lead.partner_id, known)
        self.assertEqual(known.email, "eino@i.example")

    def test_same_request_is_not_made_twice(self):
        rows = [
            HEAD,
            ["Aino", "0401112223", "Sofa"],
            ["Aino", "040-1112223", "sofa"],
            ["Aino", "0401112223", "Lamp"],
        ]
        for make in ("lead", "both"):
            with self.subTest(make):
                first = self._import(self._check(*rows, make=make))
                leads = self._leads(first)
                self.assertEqual(leads[0], leads[1])
                self.assertNotEqual(leads[0], leads[2])
                again = self._import(self._check(*rows, make=make))
                self.assertEqual(self._leads(again)[0], leads[0])
                self.assertEqual(self._leads(again)[2], leads[2])

    def test_customers_and_leads_together(self):
        record = self._import(
            self._check(HEAD, ["Aino", "0401112223", "Sofa", "100"], make="both")
        )
        [lead], [partner] = self._leads(record), self._partners(record)
        self.assertEqual(lead.partner_id, partner)
        self.assertEqual(partner.phone, "+358 40 1112223")
        self.assertFalse(partner.comment)

    def test_doubtful_sender_of_a_lead_is_asked_about(self):
        self._new_partner("T1", phone="0509998887")
        self._new_partner("T2", phone="0509998887")
        record = self._check(HEAD, ["Somebody", "0509998887", "Sofa"], make="lead")
        self._import(record)
        [lead] = self._leads(record)
        self.assertFalse(lead.partner_id)
        self.assertTrue(
            self.env["crm_orders.duplicate"].search([("lead_id", "=", lead.id)])
        )

    def test_rows_without_contact_are_left_out_unless_wanted(self):
        rows = [
            HEAD,
            ["Aino", "0401112223", "Sofa"],
            ["Eino", "", "Chair"],
            ["Yhteensä", "", "", "1 200,50"],
        ]
        for make in ("lead", "both"):
            with self.subTest(make):
                record = self._check(*rows, make=make)
                self.assertEqual(
                    (record.unreachable_count, record.keep_unreachable), (2, False)
                )
                self.assertEqual(record.new_count + record.known_count, 1)
                self._import(record)
                self.assertEqual(self._states(record), ["done", "left", "left"])
                self.assertEqual(record.rejected_count, 2)
                record.action_undo()
                self._run_job()
        wanted = self._check(*rows, make="lead")
        wanted.keep_unreachable = True
        self._import(wanted)
        self.assertEqual(self._states(wanted), ["done", "done", "done"])
        self.assertEqual(self._leads(wanted)[1].contact_name, "Eino")

    def test_name_alone_is_a_customer_unless_unwanted(self):
        rows = [["Nimi", "Puhelin"], ["Aino", "0401112223"], ["Eino", ""]]
        record = self._check(*rows)
        self.assertTrue(record.keep_unreachable)
        self.assertEqual(self._verdicts(record), ["new", "unreachable"])
        record.keep_unreachable = False
        self._import(record)
        self.assertEqual(self._states(record), ["done", "left"])
        self.assertEqual(len(record.row_ids.partner_id), 1)
