import uuid

from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import WorkCase


@tagged("post_install", "-at_install")
class TestAccess(WorkCase):
    """Who may work on the page, and what else a worker may see of orders: nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._free_order()
        cls.order.crm_orders_user_id = cls.worker
        cls.env.flush_all()

    def _refused(self, path, params):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException) as caught:
            self.make_jsonrpc_request(path, params)
        return str(caught.exception)

    def _request(self, user_id):
        return {
            "user_id": user_id,
            "token": str(uuid.uuid4()),
            "kind": "take",
            "order_id": self.order.id,
            "values": {},
        }

    def test_who_is_no_worker_is_refused(self):
        for login, groups in (
            ("work_employee", "base.group_user"),
            ("work_salesman", "sales_team.group_sale_salesman"),
            ("work_portal", "base.group_portal"),
        ):
            user = self._new_worker(login, groups)
            self._log_in(user)
            self._refused("/my-work/cards", {})
            self._refused("/my-work/act", self._request(user.id))
            self.assertEqual(self.url_open("/my-work").status_code, 403)
        self.authenticate(None, None)
        self._refused("/my-work/cards", {})
        self._refused("/my-work/act", self._request(self.worker.id))
        answer = self.url_open("/my-work", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertFalse(self.env["crm_orders.work.action"].search([]))

    def test_workers_sellers_and_managers_have_the_page(self):
        for user in (
            self.worker,
            self._new_worker("work_seller", "crm_orders_base.group_user"),
            self._new_worker("work_manager", "crm_orders_base.group_manager"),
        ):
            self._log_in(user)
            self.assertIn("startWork", self.url_open("/my-work").text)
            self._cards()

    def test_what_another_user_of_the_phone_did_is_not_done_by_this_one(self):
        self._log_in(self.colleague)
        answer = self.make_jsonrpc_request(
            "/my-work/act", self._request(self.worker.id)
        )
        self.assertEqual(answer, {"state": "other_user"})
        self.assertFalse(self.env["crm_orders.work.action"].search([]))

    def test_worker_has_no_rights_on_the_records(self):
        for model in (
            "sale.order",
            "sale.order.line",
            "crm_orders.stage",
            "crm_orders.stage.log",
            "crm_orders.order.check",
            "crm_orders.work.action",
        ):
            records = self.env[model].with_user(self.worker)
            for operation in ("read", "write", "create", "unlink"):
                with self.assertRaises(AccessError, msg=f"{model} {operation}"):
                    records.check_access(operation)

    def test_worker_has_no_way_in_by_rpc(self):
        self._log_in(self.worker)
        for model, method, args in (
            ("sale.order", "read", [self.order.ids, ["amount_total"]]),
            ("sale.order", "search_read", [[], ["name"]]),
            ("sale.order", "action_crm_orders_take", [self.order.ids]),
            ("sale.order", "action_crm_orders_next_stage", [self.order.ids]),
            ("crm_orders.work", "_get_cards", []),
            ("crm_orders.work", "_act", ["", "", 1, {}]),
            ("crm_orders.work", "search", [[]]),
            ("crm_orders.work.action", "search_read", [[], ["token"]]),
            ("crm_orders.work.action", "_begin", [{}]),
        ):
            self._refused(
                f"/web/dataset/call_kw/{model}/{method}",
                {"model": model, "method": method, "args": args, "kwargs": {}},
            )

    def test_photos_are_not_read_by_workers(self):
        photo = self.env["ir.attachment"].create(
            {"name": "Photo", "res_model": "sale.order", "res_id": self.order.id}
        )
        with self.assertRaises(AccessError):
            photo.with_user(self.worker).read(["name"])

    def test_manager_reads_what_was_done_and_changes_nothing(self):
        self._log_in(self.worker)
        self._act("take", self.order)
        action = self.env["crm_orders.work.action"].search([])
        manager = self._new_worker("work_manager", "crm_orders_base.group_manager")
        self.assertEqual(action.with_user(manager).kind, "take")
        for function, args in (("write", [{"state": "refused"}]), ("unlink", [])):
            with self.assertRaises(AccessError):
                getattr(action.with_user(manager), function)(*args)
        other = self._new_company("Other Oy")
        outsider = self._new_worker(
            "work_outsider", "crm_orders_base.group_manager", other
        )
        with self.assertRaises(AccessError):
            action.with_user(outsider).read(["kind"])

    def test_scripts_are_served(self):
        answer = self.url_open("/my-work/service-worker.js")
        self.assertEqual(answer.headers["Service-Worker-Allowed"], "/my-work")
        self.assertIn("javascript", answer.headers["Content-Type"])
