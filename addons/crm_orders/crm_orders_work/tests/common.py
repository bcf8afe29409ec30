import uuid

from odoo.tests import HttpCase

from odoo.addons.crm_orders_stages.tests.common import StagesMixin


class WorkMixin(StagesMixin):
    """Orders in a stage where workers take them themselves, and two workers."""

    @classmethod
    def _set_up_work(cls):
        cls._set_up_stages()
        cls.stage_work.user_rule = "taker"
        cls.stage_ready.user_rule = "taker"
        cls.worker = cls._new_worker("work_worker")
        cls.colleague = cls._new_worker("work_colleague")
        cls.customer.write({"phone": "+358 40 123 4567", "street": "Satamakatu 1"})

    @classmethod
    def _new_worker(cls, login, groups="crm_orders_work.group_worker", company=None):
        user = cls._new_user(login, groups, company)
        user.password = login
        return user

    @classmethod
    def _free_order(cls, **vals):
        order = cls._confirmed_orders(1, **vals)
        order.crm_orders_stage_id = cls.stage_work
        return order


class WorkCase(WorkMixin, HttpCase):
    """Everything is asked for as a phone asks for it: over the network, by a real user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_work()

    def _log_in(self, user):
        self.user = user
        self.authenticate(user.login, user.login)

    def _cards(self):
        return self.make_jsonrpc_request("/my-work/cards", {})["cards"]

    def _act(self, kind, order, token=None, **values):
        return self.make_jsonrpc_request(
            "/my-work/act",
            {
                "user_id": self.user.id,
                "token": token or str(uuid.uuid4()),
                "kind": kind,
                "order_id": order if isinstance(order, int) else order.id,
                "values": values,
                "done_date": "2026-01-02 03:04:05",
            },
        )

    def _next(self, order, stage, to_stage, **options):
        return self._act(
            "next", order, stage_id=stage.id, to_stage_id=to_stage.id, **options
        )
