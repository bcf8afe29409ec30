import json

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader


@tagged("post_install", "-at_install")
class TestZZ(TransactionCase):
    def test_export(self):
        names = (
            self.env["ir.module.module"]
            .search([("author", "=", "Asiakaskunta"), ("state", "=", "installed")])
            .mapped("name")
        )
        for name in names:
            rows = [
                list(r) for r in TranslationModuleReader(self.env.cr, modules=[name])
            ]
            json.dump(rows, open(f"/tmp/h/pot_{name}.json", "w"), default=str)
