from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import LoyaltyTiersCommon

MODELS = ("loyalty.tier", "loyalty.membership", "loyalty.activity")


@tagged("post_install", "-at_install")
class TestAccess(LoyaltyTiersCommon):
    """Every role, through the entry point of RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.foreign_tier = cls.make_tiers(cls.other_company)[2]
        cls.users = {
            name: new_test_user(
                cls.env,
                f"loyalty_{name}",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
                context={"no_reset_password": True},
            )
            for name, groups in {
                "manager": "base.group_user,loyalty_tiers.group_loyalty_manager",
                "user": "base.group_user,loyalty_tiers.group_loyalty_user",
                "employee": "base.group_user",
                "portal": "base.group_portal",
                "public": "base.group_public",
            }.items()
        }

    def setUp(self):
        super().setUp()
        self.buy(600)
        foreign = self.entry(70, company_id=self.other_company.id)
        self.env["loyalty.activity"]._accrue([foreign])
        self.activity = self.env["loyalty.activity"].search(
            [
                ("partner_id", "=", self.partner.id),
                ("company_id", "=", self.company.id),
            ]
        )
        self.env.invalidate_all()

    def rpc(self, role, model, method, *args, **kwargs):
        env = self.env(user=self.users[role], context={}, su=False)
        kwargs["context"] = {"allowed_company_ids": self.company.ids}
        return call_kw(env[model], method, list(args), kwargs)

    def test_members_of_staff_read_their_company_only(self):
        for role in ("manager", "user"):
            for model in MODELS:
                found = self.rpc(role, model, "search_read", [], ["company_id"])
                self.assertTrue(found, (role, model))
                self.assertEqual(
                    {row["company_id"][0] for row in found}, {self.company.id}
                )
            with (
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                self.rpc(role, "loyalty.tier", "read", self.foreign_tier.ids, ["name"])

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access"
    )
    def test_others_read_nothing(self):
        closed = {
            # the names of tiers are on orders, which others than sellers read too
            "employee": ("loyalty.membership", "loyalty.activity", "loyalty.adjust"),
            "portal": (*MODELS, "loyalty.adjust"),
            "public": (*MODELS, "loyalty.adjust"),
        }
        for role, models in closed.items():
            for model in models:
                with self.assertRaises(AccessError, msg=(role, model)):
                    self.rpc(role, model, "search_read", [], ["id"])

    def test_employee_without_the_group_sees_no_tier_on_a_customer(self):
        fields = ["name", "loyalty_tier_id", "loyalty_amount"]
        [row] = self.rpc("employee", "res.partner", "read", self.partner.ids, fields)
        self.assertFalse(row["loyalty_tier_id"])
        self.assertFalse(row["loyalty_amount"])
        [row] = self.rpc("user", "res.partner", "read", self.partner.ids, fields)
        self.assertEqual(row["loyalty_tier_id"][0], self.silver.id)
        self.assertEqual(row["loyalty_amount"], 600)

    def test_portal_user_does_not_see_the_own_tier(self):
        portal = self.users["portal"]
        self.buy(600, partner=portal.partner_id)
        [row] = self.rpc(
            "portal", "res.partner", "read", portal.partner_id.ids, ["loyalty_tier_id"]
        )
        self.assertFalse(row["loyalty_tier_id"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_the_ledger(self):
        values = {"amount": 99999.0}
        for role in self.users:
            for method, args in (
                ("write", (self.activity.ids, values)),
                ("unlink", (self.activity.ids,)),
                ("create", ([self.entry(99999.0)],)),
                ("web_save", (self.activity.ids, values, {})),
            ):
                with self.assertRaises(UserError, msg=(role, method)):
                    self.rpc(role, "loyalty.activity", method, *args)
        self.assertEqual(self.activity.amount, 600)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_a_membership(self):
        member = self.member()
        for role in self.users:
            for method, args in (
                ("write", (member.ids, {"tier_id": self.gold.id})),
                ("unlink", (member.ids,)),
                (
                    "create",
                    ([{"partner_id": self.partner.id, "tier_id": self.gold.id}],),
                ),
            ):
                with self.assertRaises(AccessError, msg=(role, method)):
                    self.rpc(role, "loyalty.membership", method, *args)
        self.assertEqual(member.tier_id, self.silver)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_make_tiers(self):
        values = {"name": "Mine", "threshold": 1.0, "discount": 90.0}
        for role in ("user", "employee", "portal", "public"):
            with self.assertRaises(AccessError, msg=role):
                self.rpc(role, "loyalty.tier", "create", [values])
            with self.assertRaises(AccessError, msg=role):
                self.rpc(role, "loyalty.tier", "write", self.gold.ids, {"threshold": 1})
            with self.assertRaises(AccessError, msg=role):
                self.rpc(role, "loyalty.tier", "unlink", self.gold.ids)
            with self.assertRaises(AccessError, msg=role):
                self.rpc(role, "loyalty.tier", "action_delete", self.gold.ids)
        [tier_id] = self.rpc("manager", "loyalty.tier", "create", [values])
        self.rpc("manager", "loyalty.tier", "write", [tier_id], {"threshold": 9000.0})
        self.rpc("manager", "loyalty.tier", "unlink", [tier_id])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_manager_does_not_reach_another_company(self):
        with self.assertRaises(AccessError):
            self.rpc(
                "manager", "loyalty.tier", "write", self.foreign_tier.ids, {"name": "X"}
            )
        values = {"name": "X", "company_id": self.other_company.id, "threshold": 7.0}
        with self.assertRaises(AccessError):
            self.rpc("manager", "loyalty.tier", "create", [values])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_adjust(self):
        values = {"partner_id": self.partner.id, "amount": 5000.0, "reason": "Please"}
        for role in ("user", "employee", "portal", "public"):
            with self.assertRaises(AccessError, msg=role):
                self.rpc(role, "loyalty.adjust", "create", [values])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_adjustment_is_for_its_author_only(self):
        """The manager of another company can give every number of a wizard."""
        values = {"partner_id": self.partner.id, "amount": 5.0, "reason": "Secret"}
        [wizard_id] = self.rpc("manager", "loyalty.adjust", "create", [values])
        stranger = new_test_user(
            self.env,
            "loyalty_stranger",
            groups="base.group_user,loyalty_tiers.group_loyalty_manager",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
            context={"no_reset_password": True},
        )
        for method, args in (
            ("read", (["reason"],)),
            ("write", ({"amount": 1.0},)),
            ("action_confirm", ()),
            ("unlink", ()),
        ):
            env = self.env(user=stranger, context={}, su=False)
            context = {"allowed_company_ids": self.other_company.ids}
            with self.assertRaises(AccessError, msg=method):
                call_kw(
                    env["loyalty.adjust"],
                    method,
                    [[wizard_id], *args],
                    {"context": context},
                )
        self.rpc("manager", "loyalty.adjust", "action_confirm", [wizard_id])
        self.assertEqual(self.member().amount, 605)

    def test_helpers_are_not_methods_of_rpc(self):
        for model, method in (
            ("loyalty.activity", "_accrue"),
            ("loyalty.activity", "_accrue_safely"),
            ("loyalty.activity", "_record"),
            ("loyalty.membership", "_evaluate"),
            ("loyalty.membership", "_cron_review"),
            ("loyalty.source", "_cron_catch_up"),
        ):
            with self.assertRaises(AccessError, msg=method):
                self.rpc("manager", model, method, [])

    def test_public_methods_are_those_meant_to_be(self):
        """A new public method is a new door: it has to be written down here."""
        doors = {
            "loyalty.tier": {"action_delete", "action_open_members"},
            "loyalty.membership": {"action_open_activities"},
            "loyalty.activity": {"action_open_source"},
            "loyalty.adjust": {"action_confirm"},
            "loyalty.source": set(),
        }
        inherited = set(dir(self.env["res.country"]))
        for model, expected in doors.items():
            cls = type(self.env[model])
            own = {
                name
                for name in set(dir(cls)) - inherited
                if not name.startswith("_")
                and name not in self.env[model]._fields
                and callable(getattr(cls, name))
                and "loyalty" in getattr(cls, name).__module__
            }
            self.assertEqual(own, expected, model)
