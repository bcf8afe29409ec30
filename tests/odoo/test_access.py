"""Each model of ours has access rights, and a company rule where it has a company."""

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestAccess(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = cls.env["ir.module.module"].search(
            [("author", "=", "Asiakaskunta"), ("state", "=", "installed")]
        )
        cls.modules = set(names.mapped("name"))
        cls.models = [
            model
            for model in cls.env.registry.values()
            if model._original_module in cls.modules and not model._abstract
        ]

    def test_modules_are_installed(self):
        self.assertTrue(self.modules)
        self.assertTrue(self.models)

    def test_every_model_has_access_rights(self):
        for model in self.models:
            with self.subTest(model=model._name):
                lines = self.env["ir.model.access"].search(
                    [("model_id.model", "=", model._name), ("active", "=", True)]
                )
                self.assertTrue(lines)
                for line in lines.filtered(lambda line: not line.group_id):
                    self.assertFalse(
                        line.perm_write or line.perm_create or line.perm_unlink,
                        "Everybody, also the public, could change it.",
                    )

    def test_every_company_model_has_a_company_rule(self):
        for model in self.models:
            if "company_id" not in model._fields or model._transient:
                continue
            with self.subTest(model=model._name):
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", model._name), ("active", "=", True)]
                )
                self.assertTrue(
                    rules.filtered(
                        lambda rule: (
                            not rule.groups
                            and "company_id" in (rule.domain_force or "")
                        )
                    )
                )

    def test_records_of_core_can_be_copied_without_our_rights(self):
        for model in self.env.registry.values():
            if model._original_module in self.modules or model._abstract:
                continue
            for field in model._fields.values():
                group = (field.groups or "").lstrip("!").partition(".")[0]
                if field._module in self.modules and group in self.modules:
                    self.assertFalse(field.copy, f"{field} is not everybody's to read")

    def test_every_field_and_action_helps(self):
        """Empty screens tell what to do; models have a description."""
        for model in self.models:
            self.assertNotEqual(model._description, model._name)
        actions = self.env["ir.actions.act_window"].search([])
        ids = actions._get_external_ids()
        for action in actions:
            origin = {name.partition(".")[0] for name in ids[action.id]}
            if origin & self.modules and action.target == "current":
                with self.subTest(action=ids[action.id]):
                    self.assertTrue(action.help)
