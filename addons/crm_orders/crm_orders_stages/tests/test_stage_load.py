from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestStageLoad(StagesMixin, TransactionCase):
    """Ready-made sets of stages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.empty_company = cls._new_company("New Oy")
        cls.loads = cls.env["crm_orders.stage.load"].with_company(cls.empty_company)

    def _stages(self):
        return self.env["crm_orders.stage"].search(
            [("company_id", "=", self.empty_company.id)]
        )

    def _types(self):
        return self.env["crm_orders.order.type"].search(
            [("company_id", "=", self.empty_company.id)]
        )

    def test_every_set_is_a_whole_way(self):
        for key, _label in self.loads._fields["stage_set"].selection:
            wizard = self.loads.create({"stage_set": key})
            self.assertEqual(wizard.company_id, self.empty_company)
            wizard.action_load()
            stages = self._stages()
            self.assertEqual(stages.mapped("name"), wizard.stage_names.split("\n"))
            self.assertEqual(stages[0].kind, "new")
            self.assertEqual(stages[-2].kind, "handed_over")
            self.assertEqual(stages[-1].kind, "cancelled")
            # Only a preorder waits for as long as its deposit and its goods take.
            self.assertTrue(
                all(stages[2 * (key == "preorder") : -2].mapped("sla_number"))
            )
            order_type = self._types()
            self.assertEqual(order_type.kind, key)
            self.assertEqual(order_type.stage_ids, stages[:-1])
            order_type.unlink()
            stages.unlink()

    def test_sets_share_what_they_have_in_common(self):
        for key, _label in self.loads._fields["stage_set"].selection:
            self.loads.create({"stage_set": key}).action_load()
        stages = self._stages()
        names = stages.mapped("name")
        self.assertEqual(len(names), len(set(names)))
        for order_type in self._types():
            way = stages._get_way(self.empty_company, order_type)
            wizard = self.loads.new({"stage_set": order_type.kind})
            self.assertEqual(
                way.mapped("name"), wizard.stage_names.split("\n")[:-1], order_type.kind
            )

    def test_stages_are_named_in_every_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_orders_stages")]
        )._update_translations(["fi_FI"])
        self.loads.create({}).action_load()
        stage = self._stages()[0]
        self.assertEqual(stage.name, "New order")
        self.assertEqual(stage.with_context(lang="fi_FI").name, "Uusi tilaus")
        self.assertEqual(
            stage.with_context(lang="fi_FI").public_name, "Tilaus vastaanotettu"
        )
        self.loads.create({"stage_set": "service"}).action_load()
        checked = self._stages().filtered(lambda one: one.condition_ids)
        texts = checked.condition_ids.with_context(lang="fi_FI").mapped("name")
        self.assertEqual(texts, ["Toimii niin kuin pitää", "Puhdistettu"])
        self.assertEqual(
            self._types().with_context(lang="fi_FI").mapped("name"), ["Nouto", "Huolto"]
        )

    def test_set_is_loaded_once(self):
        self.loads.create({}).action_load()
        before = self._stages()
        with self.assertRaisesRegex(UserError, "already"):
            self.loads.create({}).action_load()
        self.assertEqual(self._stages(), before)

    def test_choice_shows_what_it_brings(self):
        form = Form(self.loads)
        self.assertIn("Ready for pick-up", form.stage_names)
        form.stage_set = "delivery"
        self.assertIn("On its way", form.stage_names)
