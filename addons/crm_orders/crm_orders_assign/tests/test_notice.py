import json

from odoo import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.bus.models.bus import json_dump

from .common import AssignMixin

NOTICE = "crm_orders_assign/notice"


@tagged("post_install", "-at_install")
class TestNotice(AssignMixin, TransactionCase):
    """People are told at once, and once for a whole batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()

    def _notices(self, user, function, *args):
        """Notices that reach the web client of a user while something is done."""
        self.env.flush_all()
        self.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()
        function(*args)
        self.env.flush_all()
        self.cr.precommit.run()
        channel = json_dump((self.cr.dbname, "res.partner", user.partner_id.id))
        rows = self.env["bus.bus"].search([("channel", "=", channel)], order="id")
        messages = [json.loads(row.message) for row in rows]
        return [row["payload"] for row in messages if row["type"] == NOTICE]

    def _messages(self, user):
        return self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("message_type", "=", "user_notification"),
            ]
        )

    def test_new_lead_is_told_with_its_name(self):
        self._new_rule(self.aino)
        (notice,) = self._notices(self.aino, self._new_leads)
        lead = self.env["crm.lead"].search([("user_id", "=", self.aino.id)])
        self.assertEqual(
            notice,
            {
                "kind": "new",
                "count": 1,
                "leads": [{"id": lead.id, "name": "Request 0"}],
            },
        )
        self.assertEqual(self._messages(self.aino).subject, "New lead: Request 0")

    def test_a_batch_is_one_notice(self):
        self._new_rule(self.aino)
        (notice,) = self._notices(self.aino, self._new_leads, 50)
        self.assertEqual(notice["count"], 50)
        self.assertEqual(len(notice["leads"]), 5)
        message = self._messages(self.aino)
        self.assertEqual(message.subject, "You have got 50 new leads.")
        self.assertIn("and 45 more", message.body)

    def test_names_of_leads_are_text(self):
        self._new_rule(self.aino)
        self._new_leads(name="<img src=x onerror=alert(1)>")
        body = self._messages(self.aino).body
        self.assertNotIn("<img", body)
        self.assertIn("&lt;img", body)

    def test_colleague_is_told_of_a_lead_given_by_hand(self):
        lead = self._new_leads()
        self._new_policy()
        give = lead.with_user(self.manager).write
        (notice,) = self._notices(self.aino, give, {"user_id": self.aino.id})
        self.assertEqual(notice["leads"][0]["id"], lead.id)
        self.assertEqual(len(self._messages(self.aino)), 1)
        self.assertFalse(self._notices(self.aino, give, {"user_id": self.aino.id}))

    def test_nobody_is_told_of_own_deeds(self):
        lead = self._new_leads()
        self._new_policy()
        take = lead.with_user(self.aino).action_crm_orders_take
        self.assertFalse(self._notices(self.aino, take))

    def test_without_rules_nobody_is_told_more_than_by_core(self):
        lead = self._new_leads()
        give = lead.with_user(self.manager).write
        self.assertFalse(self._notices(self.aino, give, {"user_id": self.aino.id}))

    def test_push_is_queued_once_for_each_device(self):
        self._new_rule(self.aino)
        devices = self.env["mail.push.device"].create(
            [
                {
                    "partner_id": self.aino.partner_id.id,
                    "endpoint": f"https://push.example.com/{number}",
                    "keys": json.dumps({"p256dh": "x", "auth": "y"}),
                }
                for number in range(2)
            ]
        )
        lead = self._new_leads()
        pushes = self.env["mail.push"].search(
            [("mail_push_device_id", "in", devices.ids)]
        )
        self.assertEqual(len(pushes), 2)
        payload = json.loads(pushes[0].payload)
        self.assertEqual(payload["title"], "New lead: Request 0")
        self.assertEqual(
            payload["options"]["data"], {"model": "crm.lead", "res_id": lead.id}
        )

    def test_people_read_it_in_their_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env["ir.module.module"]._load_module_terms(
            ["crm_orders_assign"], ["fi_FI"]
        )
        self.aino.lang = "fi_FI"
        self._new_rule(self.aino)
        self._new_leads()
        self.assertEqual(self._messages(self.aino).subject, "Uusi liidi: Request 0")

    def test_archived_leader_is_not_told(self):
        self._new_rule(self.aino, if_nobody="leave")
        self.aino.active = False
        self.manager.active = False
        self._new_leads()
        self.assertFalse(self._messages(self.manager))

    def test_members_of_several_rules_are_told_once(self):
        self._new_rule(self.aino, words="sofa", sequence=1)
        self._new_rule(self.aino, sequence=2)
        leads = [{"name": name, "user_id": False} for name in ("Sofa", "Chair")]
        vals = {"company_id": self.company.id, "team_id": self.team.id}
        create = self.env["crm.lead"].sudo().create
        notices = self._notices(self.aino, create, [{**lead, **vals} for lead in leads])
        self.assertEqual([notice["count"] for notice in notices], [2])

    def test_several_sellers_are_each_told_of_their_own(self):
        self.team.member_ids = [Command.set(self.sellers.ids)]
        self._new_rule()
        for seller in self.sellers:
            (notice,) = self._notices(seller, self._new_leads, 6)
            self.assertEqual(notice["count"], 2)
