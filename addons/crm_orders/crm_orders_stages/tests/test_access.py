from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestAccess(StagesMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.users = {
            "seller": cls._new_user("stage_seller", "crm_orders_base.group_user"),
            "manager": cls._new_user("stage_manager", "crm_orders_base.group_manager"),
            "salesman": cls._new_user("stage_core", "sales_team.group_sale_salesman"),
            "employee": cls._new_user("stage_employee", "base.group_user"),
            "portal": cls._new_user("stage_portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.order = cls._confirmed_orders(1, user_id=cls.users["seller"].id)
        cls.other_order = cls._confirmed_orders(1, user_id=cls.users["manager"].id)
        cls.env.flush_all()

    def _as(self, records, role):
        user = self.users[role]
        return records.with_user(user).with_company(self.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_outsiders_see_no_stage(self):
        for role in ("employee", "portal", "public", "salesman"):
            self._assert_refused(self._as(self.stage_new, role).read, ["name"])
            self._assert_refused(
                self._as(self.order.crm_orders_log_ids, role).read, ["stage_id"]
            )
            self._assert_refused(
                self._as(self.order, role).read, ["crm_orders_stage_id"]
            )
            self._assert_refused(
                self._as(self.order, role).write,
                {"crm_orders_stage_id": self.stage_work.id},
            )

    def test_what_orders_are_made_of_is_for_managers_to_change(self):
        order_type = self.env["crm_orders.order.type"].create(
            {"name": "Repair", "company_id": self.company.id}
        )
        condition = self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_work.id, "name": "Called"}
        )
        check = self.order.crm_orders_check_ids.create(
            {"order_id": self.order.id, "condition_id": condition.id}
        )
        move = self.env["crm_orders.stage.move"].create(
            {
                "order_ids": self.order.ids,
                "stage_id": self.stage_work.id,
                "reason": "Test",
            }
        )
        for record in (order_type, condition, check, move):
            for role in ("employee", "portal", "public", "salesman"):
                self._assert_refused(self._as(record, role).read, ["id"])
        for record in (order_type, condition):
            self._assert_refused(self._as(record, "seller").write, {"sequence": 3})
            self._assert_refused(self._as(record, "seller").copy)
            self._assert_refused(self._as(record, "seller").unlink)
            self._as(record, "manager").write({"sequence": 3})
        self._assert_refused(self._as(move, "manager").action_move)
        other = self._new_company("Other Oy")
        for record in (order_type, condition.stage_id):
            self._assert_refused(
                self._as(record, "manager").write, {"company_id": other.id}
            )
        foreign = self._new_stage("Foreign", "in_work", 1, company_id=other.id)
        self._assert_refused(
            self._as(condition, "manager").create,
            {"stage_id": foreign.id, "name": "Called"},
        )

    def test_core_salesman_confirms_without_knowing_of_stages(self):
        order = self._new_orders(1, user_id=self.users["salesman"].id)
        self._as(order, "salesman").action_confirm()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.crm_orders_log_ids.user_id, self.users["salesman"])
        self._as(order, "salesman")._action_cancel()
        self.assertEqual(order.crm_orders_stage_id, self.stage_cancelled)

    def test_seller_moves_own_orders(self):
        order = self._as(self.order, "seller")
        order.write({"crm_orders_stage_id": self.stage_work.id})
        order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)
        self.assertTrue(order.crm_orders_log_ids)

    def test_seller_cannot_touch_orders_of_others(self):
        order = self._as(self.other_order, "seller")
        self._assert_refused(order.write, {"crm_orders_stage_id": self.stage_work.id})
        self._assert_refused(order.action_crm_orders_next_stage)
        self._assert_refused(order.action_crm_orders_put_on_board)
        self._assert_refused(order.action_crm_orders_copy_tracking_link)
        self._assert_refused(order.action_crm_orders_revoke_tracking_link)
        log = self._as(self.other_order.crm_orders_log_ids, "seller")
        self._assert_refused(log.read, ["stage_id"])

    def test_responsible_of_the_stage_sees_and_moves_the_order(self):
        self.stage_work.user_id = self.users["seller"]
        self.other_order.crm_orders_stage_id = self.stage_work
        order = self._as(self.other_order, "seller")
        self.assertEqual(order.search([("id", "=", order.id)]), order)
        self.assertTrue(order.order_line.read(["name"]))
        self.assertTrue(order.crm_orders_log_ids.read(["stage_id"]))
        order.action_crm_orders_next_stage()
        self.assertEqual(self.other_order.crm_orders_stage_id, self.stage_ready)
        self._assert_refused(order.read, ["name"])

    def test_seller_sets_up_nothing(self):
        stage = self._as(self.stage_new, "seller")
        self.assertEqual(stage.read(["name"])[0]["name"], "New")
        self._assert_refused(stage.write, {"name": "Mine"})
        self._assert_refused(stage.create, {"name": "Mine"})
        self._assert_refused(stage.unlink)
        loads = self._as(self.env["crm_orders.stage.load"], "seller")
        self._assert_refused(loads.create, {})

    def test_manager_sets_up_stages(self):
        stage = self._as(self.stage_new, "manager")
        stage.write({"name": "Fresh"})
        stage.create({"name": "More", "company_id": self.company.id}).unlink()

    def test_set_being_loaded_is_seen_by_its_user_only(self):
        colleague = self._new_user("stage_colleague", "crm_orders_base.group_manager")
        load = self._as(self.env["crm_orders.stage.load"], "manager").create({})
        self.assertEqual(load.read(["stage_set"])[0]["stage_set"], "pickup")
        load.write({"stage_set": "delivery"})
        foreign = load.with_user(colleague)
        self._assert_refused(foreign.read, ["stage_set"])
        self._assert_refused(foreign.write, {"stage_set": "service"})
        self._assert_refused(foreign.action_load)
        self.assertFalse(foreign.search([]))

    def test_set_is_loaded_for_own_companies_only(self):
        other = self._new_company("Other Oy")
        loads = self._as(self.env["crm_orders.stage.load"], "manager")
        self._assert_refused(loads.create, {"company_id": other.id})

    def test_shared_stages_are_set_up_by_who_has_every_company(self):
        shared = self._new_stage("Shared", "in_work", 9, company_id=False)
        self.env.flush_all()
        stage = self._as(shared, "manager")
        self.assertEqual(stage.read(["name"])[0]["name"], "Shared")
        self._assert_refused(stage.write, {"name": "Mine"})
        self._assert_refused(stage.write, {"company_id": self.company.id})
        self._assert_refused(stage.unlink)
        self._assert_refused(stage.create, {"name": "Mine", "company_id": False})
        own = self._as(self.stage_new, "manager")
        self._assert_refused(own.write, {"company_id": False})

        self.users["manager"].company_ids = self.env["res.company"].search([])
        self.env.flush_all()
        stage = self._as(shared, "manager")
        stage.write({"name": "Ours"})
        stage.create({"name": "For all", "company_id": False}).unlink()
        # A company that this person does not have makes the difference again.
        self.env["res.company"].create({"name": "Newest Oy"})
        self.env.invalidate_all()
        self._assert_refused(stage.write, {"name": "Mine"})

    def test_stage_is_not_given_to_a_company_of_others(self):
        other = self._new_company("Other Oy")
        stage = self._as(self.stage_new, "manager")
        self._assert_refused(stage.write, {"company_id": other.id})

    def test_nobody_chooses_when_an_order_entered_its_stage(self):
        vals = {"date_last_stage_update": "2001-01-01 00:00:00"}
        for role in ("seller", "manager"):
            order = self._as(self.order, role)
            self._assert_refused(order.write, vals)
            self._assert_refused(order.copy, vals)
            self._assert_refused(order.create, {"partner_id": self.customer.id, **vals})

    def test_nobody_rewrites_history(self):
        log = self.order.crm_orders_log_ids
        for role in ("seller", "manager"):
            row = self._as(log, role)
            self._assert_refused(row.write, {"duration": 0})
            self._assert_refused(row.unlink)
            self._assert_refused(
                row.create,
                {
                    "order_id": self.order.id,
                    "company_id": self.company.id,
                    "stage_id": self.stage_new.id,
                    "entered_date": "2026-01-01 00:00:00",
                },
            )
        admin_row = log.with_user(self.env.ref("base.user_admin"))
        self._assert_refused(admin_row.write, {"duration": 0})

    def test_nobody_reads_or_chooses_a_token(self):
        self.order._crm_orders_ensure_track_token()
        for role in ("seller", "manager"):
            order = self._as(self.order, role)
            self._assert_refused(order.read, ["crm_orders_track_token"])
            self._assert_refused(
                order.search, [("crm_orders_track_token", "like", "a%")]
            )
            self._assert_refused(order.write, {"crm_orders_track_token": "1"})

    def test_other_companies_are_out_of_sight(self):
        other = self._new_company("Other Oy")
        outsider = self._new_user(
            "stage_other", "crm_orders_base.group_manager", company=other
        )
        self._assert_refused(self.stage_new.with_user(outsider).read, ["name"])
        self._assert_refused(
            self.order.crm_orders_log_ids.with_user(outsider).read, ["stage_id"]
        )
        self._assert_refused(
            self.order.with_user(outsider).action_crm_orders_copy_tracking_link
        )
