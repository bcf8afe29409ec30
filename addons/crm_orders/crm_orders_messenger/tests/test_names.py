from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_orders_inbound.tools import channel

from .common import MessengerMixin, TalkChannel

CRON = "crm_orders_messenger.ir_cron_ask_names"


def profile(self, settings, person):
    """A provider that tells names only when it is asked."""
    answer = yield channel.HttpCall(
        "GET", f"http://talk.invalid/people/{person.handles[0].value}"
    )
    if answer.status != 200:
        raise channel.SendError("Not now.", final=answer.status == 404)
    return channel.Person(person.handles, name="Aino Virtanen")


@tagged("post_install", "-at_install")
class TestNames(MessengerMixin, TransactionCase):
    """Who wrote is asked for where the provider does not say it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_messenger()
        cls.startClassPatcher(patch.object(TalkChannel, "profile", profile))

    def setUp(self):
        super().setUp()
        self.provider.calls.clear()
        self.provider.answers.clear()

    def test_name_is_asked_for_and_shown(self):
        lead = self._receive({"id": "1", "text": "Hei", "name": ""}).lead_id
        self.assertEqual(lead.name, "Request through Talk")
        self._run(CRON)
        self.assertEqual(len(self.provider.calls), 1)
        conversation = lead.crm_orders_conversation_id
        self.assertEqual(conversation.person, "Aino Virtanen")
        self.assertEqual(conversation.guest_id.name, "Aino Virtanen")
        self.assertEqual(lead.contact_name, "Aino Virtanen")
        self.assertEqual(lead.name, "Aino Virtanen through Talk")
        self._receive({"id": "2", "text": "Hei taas", "name": ""})
        self._run(CRON)
        self.assertEqual(len(self.provider.calls), 1, "asked once")

    def test_known_name_is_not_asked_for(self):
        self._receive({"id": "1", "text": "Hei"})
        self._run(CRON)
        self.assertFalse(self.provider.calls)

    def test_what_people_wrote_stays(self):
        lead = self._receive({"id": "1", "text": "Hei", "name": ""}).lead_id
        lead.write({"name": "Chairs", "contact_name": "Aino V."})
        self._run(CRON)
        self.assertEqual((lead.name, lead.contact_name), ("Chairs", "Aino V."))

    def test_provider_that_is_away_is_asked_again_a_few_times(self):
        lead = self._receive({"id": "1", "text": "Hei", "name": ""}).lead_id
        conversation = lead.crm_orders_conversation_id
        self.provider.answers = [503] * 10
        self._run(CRON)
        self._run(CRON)
        self.assertEqual(len(self.provider.calls), 1, "not before its time")
        for _attempt in range(6):
            if due := conversation.name_due:
                with freeze_time(fields.Datetime.add(due, seconds=1)):
                    self._run(CRON)
        self.assertEqual(len(self.provider.calls), 4)
        self.assertFalse(conversation.name_due)

    def test_refusal_for_good_ends_it(self):
        lead = self._receive({"id": "1", "text": "Hei", "name": ""}).lead_id
        self.provider.answers = [404]
        self._run(CRON)
        self.assertFalse(lead.crm_orders_conversation_id.name_due)
        self.assertFalse(lead.contact_name)
