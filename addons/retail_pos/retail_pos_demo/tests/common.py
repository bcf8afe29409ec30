from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class DemoShopCase(TransactionCase):
    """The demo shop as the module made it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.outlets = cls._demo("pos_config_helsinki") + cls._demo("pos_config_tampere")

    @classmethod
    def _demo(cls, name):
        return cls.env.ref(f"retail_pos_demo.{name}")

    @classmethod
    def _records(cls, model, prefix):
        """Records of a model whose XML id in this module starts with the prefix."""
        found = cls.env["ir.model.data"].search(
            [
                ("module", "=", "retail_pos_demo"),
                ("model", "=", model),
                ("name", "=like", f"{prefix}%"),
            ]
        )
        return cls.env[model].browse(found.mapped("res_id"))
