from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.crm_orders_stages.tests.common import StagesMixin


class NoticeMixin(MockSmtplibCase, StagesMixin):
    """Stages that tell customers, at any hour and at once."""

    @classmethod
    def _set_up_notices(cls):
        cls._set_up_stages()
        cls.company.write(
            {
                "email": "shop@example.com",
                "crm_orders_quiet_from": 0,
                "crm_orders_quiet_to": 0,
                "crm_orders_notice_delay": 0,
            }
        )
        cls.notices = cls.env["crm_orders.order.notice"]
        cls.rule = cls._new_rule(cls.stage_ready)

    @classmethod
    def _new_rule(cls, stage, **vals):
        return cls.env["crm_orders.order.notice.rule"].create(
            {"stage_id": stage.id, "text": "Order {order} is {stage}. {link}", **vals}
        )

    def _run(self, name="ir_cron_send"):
        with self.mock_smtplib_connection(), self.enter_registry_test_mode():
            self.env.ref(f"crm_orders_notify.{name}").method_direct_trigger()
        self.env.invalidate_all()
