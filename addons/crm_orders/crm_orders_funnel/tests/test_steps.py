from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import FunnelMixin


@tagged("post_install", "-at_install")
class TestSteps(FunnelMixin, TransactionCase):
    """How far a lead has got."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_funnel()

    def test_stage_tells_the_step_and_going_back_does_not_undo_it(self):
        lead = self._new_lead("0")
        self.assertEqual(lead.crm_orders_reached, "0")
        lead.stage_id = self.stages["2"]
        self.assertEqual(lead.crm_orders_reached, "2")
        lead.stage_id = self.stages["1"]
        self.assertEqual(lead.crm_orders_reached, "2")
        self.assertEqual(self._new_lead("3").crm_orders_reached, "3")

    def test_answer_of_a_person_is_contact(self):
        lead = self._new_lead()
        lead.message_post(body="A note", author_id=self.manager.partner_id.id)
        lead.message_post(
            body="The customer wrote",
            author_id=self.partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(lead.crm_orders_reached, "0")
        lead.with_user(self.manager).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(lead.crm_orders_reached, "1")

    def test_call_that_was_made_is_contact(self):
        lead = self._new_lead().with_user(self.manager)
        todo = lead.activity_schedule("mail.mail_activity_data_todo")
        todo.action_feedback("Looked at it")
        self.assertEqual(lead.crm_orders_reached, "0")
        lead.activity_schedule("mail.mail_activity_data_call").action_feedback("Spoke")
        self.assertEqual(lead.crm_orders_reached, "1")

    def test_changed_step_of_a_stage_holds_for_its_leads(self):
        lead, other = self._new_lead("1"), self._new_lead("0")
        self.stages["1"].crm_orders_step = "2"
        self.assertEqual(
            (lead.crm_orders_reached, other.crm_orders_reached), ("2", "0")
        )

    def test_merged_lead_has_got_as_far_as_the_furthest(self):
        first, second = self._new_lead("0", probability=90), self._new_lead("0")
        second.stage_id = self.stages["3"]
        second.stage_id = self.stages["0"]
        merged = (first | second).merge_opportunity()
        self.assertEqual(merged.crm_orders_reached, "3")

    def test_nobody_writes_steps_by_hand(self):
        lead = self._new_lead().with_user(self.manager)
        vals = {"crm_orders_reached": "3"}
        with self.assertRaises(AccessError):
            lead.write(vals)
        with self.assertRaises(AccessError):
            lead.create({"name": "x", **vals})

    def test_older_leads_get_their_steps(self):
        written, moved, untouched = (self._new_lead() for _number in range(3))
        written.with_user(self.manager).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        leads = written | moved | untouched
        self.flush_tracking()
        moved.stage_id = self.stages["3"]
        self.flush_tracking()
        moved.stage_id = self.stages["0"]
        self.flush_tracking()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET crm_orders_reached = NULL WHERE id = ANY(%s)",
            [leads.ids],
        )
        leads.invalidate_recordset()
        self.env["crm.lead"]._crm_orders_fill_funnel()
        self.assertEqual(leads.mapped("crm_orders_reached"), ["1", "3", "0"])

    def test_lead_knows_its_channel(self):
        source = self.env["crm_orders.source"].create(
            {"name": "Form", "company_id": self.company.id}
        )
        source._set_key("funnel-test-key")
        self.env["crm_orders.event"]._accept(
            "funnel-test-key",
            b'{"external_id": "F-1", "email": "f@funnel.example"}',
            "application/json",
            {},
            "192.0.2.1",
        )
        self.env["crm_orders.event"]._claim(10)._process()
        lead = self.env["crm.lead"].search([("email_from", "=", "f@funnel.example")])
        self.assertEqual(lead.crm_orders_source_id, source)
        lead.sudo().crm_orders_source_id = False
        self.env["crm.lead"]._crm_orders_fill_funnel()
        self.assertEqual(lead.crm_orders_source_id, source)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()
