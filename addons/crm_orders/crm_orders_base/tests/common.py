from contextlib import contextmanager

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name


class SeveralTransactions(BaseCase):
    """Several people at once, each with a connection and a transaction of their own.

    What these tests make is there for good: each removes it again.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())

    @contextmanager
    def _new_env(self, uid=api.SUPERUSER_ID):
        """A transaction of its own, committed when the block ends well."""
        with db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, uid, {})
