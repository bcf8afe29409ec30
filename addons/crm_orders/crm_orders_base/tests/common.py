import base64
import io
from contextlib import contextmanager

from PIL import Image

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name


def picture(size=(60, 40), kind="JPEG", **options):
    """A real picture as phones send it."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return base64.b64encode(out.getvalue()).decode()


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
