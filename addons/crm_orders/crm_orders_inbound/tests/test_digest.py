from odoo.tests import TransactionCase, new_test_user, tagged

from .common import InboundMixin


@tagged("post_install", "-at_install")
class TestDigest(InboundMixin, TransactionCase):
    """Managers hear of what waits, customers may be forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()
        cls.rights = {
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
        }
        cls.manager = new_test_user(
            cls.env,
            "digest_manager",
            groups="crm_orders_base.group_manager",
            email="manager@example.com",
            **cls.rights,
        )

    def _mails(self):
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", self.manager.partner_id.ids)]
        )

    def test_nothing_waiting_is_no_mail(self):
        self.env["crm_orders.digest"]._cron_send()
        self.assertFalse(self._mails())

    def test_what_waits_is_told(self):
        failed, waiting = self._accept_many(2)
        failed.write({"state": "failed", "error": "A <b>broken</b> module"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '1 hour'"
        )
        self.env.invalidate_all()
        self.source._note_refusal("The signature is wrong.")
        self.env["crm_orders.digest"]._cron_send()
        (mail,) = self._mails()
        self.assertIn("3 things", mail.subject)
        self.assertIn("The signature is wrong.", mail.body_html)
        self.assertIn("&lt;b&gt;broken", mail.body_html)
        # People know a request by where and when it came and by its words.
        words = [event._read_sender() for event in failed | waiting]
        self.assertTrue(all(words))
        for text in words:
            self.assertIn(f"“{text}”", mail.body_html)
        self.assertIn(f"{self.source.name}, ", mail.body_html)
        self.assertNotIn(waiting.external_id, mail.body_html)

    def test_times_are_those_of_the_reader(self):
        self.manager.tz = "Europe/Helsinki"
        event = self._accept({"email": "a@example.com", "message": "x" * 300})
        event.write({"state": "failed", "error": "First line\nTraceback"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = '2026-01-15 10:30:00'"
            " WHERE id = %s",
            [event.id],
        )
        self.env.invalidate_all()
        self.env["crm_orders.digest"]._cron_send()
        (mail,) = self._mails()
        self.assertIn("12:30", mail.body_html.replace("\u202f", " "))
        self.assertIn("First line", mail.body_html)
        self.assertNotIn("Traceback", mail.body_html)
        self.assertNotIn("x" * 120, mail.body_html)

    def test_request_that_cannot_be_read_is_named_all_the_same(self):
        event = self._accept({"email": "a@example.com", "message": "Hello"})
        event.write({"state": "failed", "error": "Gone", "body": False})
        self.assertEqual(event._read_words(), "")
        self.env["crm_orders.digest"]._cron_send()
        (mail,) = self._mails()
        self.assertIn("Gone", mail.body_html)

    def test_other_companies_hear_nothing(self):
        self._accept_many(1).write({"state": "failed"})
        stranger = new_test_user(
            self.env,
            "digest_stranger",
            groups="crm_orders_base.group_manager",
            email="stranger@example.com",
        )
        self.env["crm_orders.digest"]._cron_send()
        self.assertFalse(
            self.env["mail.mail"].search(
                [("recipient_ids", "in", stranger.partner_id.ids)]
            )
        )
