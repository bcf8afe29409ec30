from odoo import Command
from odoo.tests import new_test_user


class StagesMixin:
    """A company with four stages of its own, and people of each role."""

    @classmethod
    def _set_up_stages(cls):
        cls.company = cls._new_company("Kauppa Oy")
        cls.stages = cls.env["crm_orders.stage"].with_company(cls.company)
        cls.stage_new = cls._new_stage("New", "new", 1)
        cls.stage_work = cls._new_stage("Work", "in_work", 2, sla_number=2)
        cls.stage_ready = cls._new_stage("Ready", "ready", 3)
        cls.stage_done = cls._new_stage("Done", "handed_over", 4, sla_number=3)
        cls.stage_cancelled = cls._new_stage(
            "Cancelled", "cancelled", 5, is_public=False
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Aino Lähde", "email": "aino@example.com"}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Chair", "type": "service", "list_price": 49.0}
        )

    @classmethod
    def _new_company(cls, name):
        company = cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.fi").id}
        )
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def _new_stage(cls, name, kind, sequence, **vals):
        return cls.stages.create(
            {
                "name": name,
                "kind": kind,
                "sequence": sequence,
                "sla_working_time": False,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            email=f"{login}@example.com",
        )

    @classmethod
    def _new_orders(cls, count, company=None, **vals):
        company = company or cls.company
        return (
            cls.env["sale.order"]
            .with_company(company)
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "partner_id": cls.customer.id,
                        "company_id": company.id,
                        "user_id": False,
                        "order_line": [
                            Command.create(
                                {"product_id": cls.product.id, "price_unit": 49.0}
                            )
                        ],
                        **vals,
                    }
                    for _number in range(count)
                ]
            )
        )

    @classmethod
    def _confirmed_orders(cls, count, **vals):
        orders = cls._new_orders(count, **vals)
        orders.action_confirm()
        return orders

    def _history(self, order):
        """Names of the stages of an order, oldest first, open one marked."""
        log = order.crm_orders_log_ids.sorted("id")
        return [row.stage_id.name + ("" if row.left_date else " (open)") for row in log]
