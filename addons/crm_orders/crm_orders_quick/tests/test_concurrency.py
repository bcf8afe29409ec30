from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged

NUMBER = "+358 40 5550123"


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two clicks at once, each with a connection and a transaction of its own.

    `SerializationFailure` makes Odoo answer the request anew by itself.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._clean_up)

    @contextmanager
    def _new_env(self):
        with db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _partners(self, env):
        return env["res.partner"].search([("phone", "=", NUMBER)])

    def _clean_up(self):
        with self._new_env() as env:
            partners = self._partners(env)
            orders = partners.sale_order_ids
            orders._action_cancel()
            env["crm_orders.quick.order"].search([("phone", "=", NUMBER)]).unlink()
            orders.unlink()
            partners.unlink()

    def _save(self, name):
        with self._new_env() as env:
            values = {
                "phone": NUMBER,
                "customer_name": name,
                "description": "Chair",
                "ready_date": False,
            }
            country = env.ref("base.fi")
            if not env.company.country_id:
                env.company.country_id = country
            return env["crm_orders.quick.order"].create(values).id

    def _begin(self, env, quick_id):
        quick = env["crm_orders.quick.order"].browse(quick_id)
        quick.fetch(["phone", "order_id"])
        return quick

    def test_two_clicks_at_once_make_one_order(self):
        quick_id = self._save("Twice")
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = self._begin(one, quick_id), self._begin(other, quick_id)
            mine.action_create_quotation()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_create_quotation()
            other.cr.rollback()
            other.transaction.clear()
            # Odoo starts over.
            theirs.action_create_quotation()
        with self._new_env() as env:
            self.assertEqual(len(self._partners(env)), 1)
            self.assertEqual(len(self._partners(env).sale_order_ids), 1)

    def test_two_sellers_at_once_make_one_customer(self):
        quick_ids = self._save("Maija"), self._save("Maija M")
        with self._new_env() as one, self._new_env() as other:
            mine, theirs = (
                self._begin(env, quick_id)
                for env, quick_id in zip((one, other), quick_ids, strict=True)
            )
            mine.action_create_quotation()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                theirs.action_create_quotation()
            other.cr.rollback()
            other.transaction.clear()
            theirs.action_create_quotation()
        with self._new_env() as env:
            self.assertEqual(len(self._partners(env)), 1)
            self.assertEqual(len(self._partners(env).sale_order_ids), 2)
