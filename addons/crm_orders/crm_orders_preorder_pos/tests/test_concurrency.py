from contextlib import contextmanager
from uuid import uuid4

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two tills take the last place at once, each in a transaction of its own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.made = {}
        self.addCleanup(self._clean_up)
        with self._new_env() as env:
            self._create(env)

    @contextmanager
    def _new_env(self):
        """A transaction of its own, committed when the block ends well."""
        with db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _create(self, env):
        company = env["res.company"].create({"name": f"Two tills {uuid4()}"})
        self.made["res.company"] = company.ids
        env.user.company_ids |= company
        env = env(context={"allowed_company_ids": company.ids})
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        service = {"type": "service", "taxes_id": False}
        down, lamp, game = env["product.product"].create(
            [
                {"name": "Two tills: deposit", **service},
                {"name": "Two tills: lamp", **service},
                {
                    "name": "Two tills: game",
                    "type": "consu",
                    "is_storable": True,
                    "taxes_id": False,
                    "crm_orders_preorder": True,
                    "crm_orders_preorder_quota": 1,
                },
            ]
        )
        self.made["product.product"] = [down.id, lamp.id, game.id]
        self.game_id, self.lamp_id = game.id, lamp.id
        self.partner_id = env["res.partner"].create({"name": "Two tills"}).id
        journal = env["account.journal"].create(
            {"name": "Two tills", "type": "cash", "code": "TWO"}
        )
        method = env["pos.payment.method"].create(
            {"name": "Two tills", "journal_id": journal.id}
        )
        config = env["pos.config"].create(
            {
                "name": "Two tills",
                "payment_method_ids": [Command.set(method.ids)],
                "down_payment_product_id": down.id,
            }
        )
        config.open_ui()
        config.current_session_id.set_opening_control(0, "")
        self.session_id = config.current_session_id.id

    def _make(self, env, product_id=None, uuid=None):
        return env["crm_orders.till"].make_order(
            self.session_id,
            {
                "uuid": uuid or str(uuid4()),
                "partner_id": self.partner_id,
                "deposit": 10,
                "lines": [
                    {
                        "product_id": product_id or self.game_id,
                        "quantity": 1,
                        "price": 100,
                    }
                ],
            },
        )

    def test_last_place_is_held_once(self):
        with self.assertRaises(SerializationFailure), self._new_env() as late:
            # The transaction begins, as the first till's is not done yet.
            late.cr.execute("SELECT 1")
            with self._new_env() as early:
                self._make(early)
            self._make(late)
        # Odoo starts over then.
        with self.assertRaisesRegex(UserError, "only 1"), self._new_env() as again:
            self._make(again)

    def test_message_that_is_sent_twice_at_once_makes_one_order(self):
        uuid = str(uuid4())
        with self.assertRaises(ConcurrencyError), self._new_env() as late:
            late.cr.execute("SELECT 1")
            with self._new_env() as early:
                first = self._make(early, self.lamp_id, uuid)
            with mute_logger("odoo.sql_db"):
                self._make(late, self.lamp_id, uuid)
        with self._new_env() as again:
            second = self._make(again, self.lamp_id, uuid)
        self.assertEqual(second["order"]["id"], first["order"]["id"])

    def _clean_up(self):
        with self._new_env() as env:
            orders = env["sale.order"].search([("partner_id", "=", self.partner_id)])
            orders._action_cancel()
            orders.unlink()
            products = env["product.product"].browse(self.made["product.product"])
            products.action_archive()
            sessions = env["pos.session"].browse(self.session_id)
            sessions.state = "closed"
            sessions.config_id.action_archive()
            env.user.company_ids -= env["res.company"].browse(self.made["res.company"])
            env["res.company"].browse(self.made["res.company"]).action_archive()
