from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_assign.tests.common import AssignMixin
from odoo.addons.crm_orders_inbound.models.crm_orders_lead_maker import Inquiry


@tagged("post_install", "-at_install")
class TestChannels(AssignMixin, TransactionCase):
    """Who gets a lead, and how fast it is answered, may depend on its lead source."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls.form, cls.other = cls.env["crm_orders.source"].create(
            [
                {"name": "Form", "company_id": cls.company.id},
                {"name": "Other form", "company_id": cls.company.id},
            ]
        )

    def _take_in(self, source, name):
        inquiry = Inquiry({"name": name, "email": f"{name}@example.com"})
        (taken,) = self.env["crm_orders.lead.maker"].sudo()._take_in(source, [inquiry])
        return taken.lead

    def test_rule_for_one_lead_source(self):
        self._new_rule(self.aino, channel_ids=[Command.set(self.form.ids)])
        self._new_rule(self.eero, name="The rest", sequence=20)
        self.assertEqual(self._take_in(self.form, "first").user_id, self.aino)
        self.assertEqual(self._take_in(self.other, "second").user_id, self.eero)
        self.assertEqual(self._new_leads().user_id, self.eero)

    def test_policy_for_one_lead_source(self):
        fast = self._new_policy(
            name="Fast", response_minutes=5, channel_ids=[Command.set(self.form.ids)]
        )
        slow = self._new_policy(name="Slow", sequence=20)
        self.assertEqual(
            self._take_in(self.form, "first").crm_orders_sla_policy_id, fast
        )
        self.assertEqual(
            self._take_in(self.other, "second").crm_orders_sla_policy_id, slow
        )

    def test_lead_source_of_another_company_is_refused(self):
        foreign = self.env["crm_orders.source"].create(
            {
                "name": "Elsewhere",
                "company_id": self.env["res.company"].create({"name": "B"}).id,
            }
        )
        with self.assertRaisesRegex(UserError, "company"):
            self._new_rule(channel_ids=[Command.set(foreign.ids)])

    def test_inbox_shows_the_lead_source(self):
        self._new_rule(self.aino)
        lead = self._take_in(self.form, "first").with_user(self.aino)
        self.assertEqual(lead.crm_orders_channel, "Form")
        self.assertEqual(lead.crm_orders_channel_icon, "fa-inbox")

    def test_reply_goes_to_the_address_of_the_request(self):
        self.customer.phone = "+358401234567"
        inquiry = Inquiry({"phone": "+358401234567", "email": "new@reply.example"})
        (taken,) = (
            self.env["crm_orders.lead.maker"].sudo()._take_in(self.form, [inquiry])
        )
        lead = taken.lead.with_user(self.manager)
        self.assertEqual(lead.partner_id, self.customer)
        reply = self.env["crm_orders.reply"].with_user(self.manager)
        reply.create({"lead_id": lead.id, "body": "Hello"}).action_send()
        message = lead.message_ids[0]
        self.assertEqual(message.outgoing_email_to, "new@reply.example")
        self.assertFalse(message.partner_ids)
        self.assertEqual(lead.crm_orders_turn, "customer")
