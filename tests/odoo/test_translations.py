"""fi.po of each of our modules holds all that the module shows to people."""

from pathlib import Path

import polib

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_finnish_is_complete(self):
        modules = self.env["ir.module.module"].search(
            [("author", "=", "Asiakaskunta"), ("state", "=", "installed")]
        )
        self.assertTrue(modules)
        for name in modules.mapped("name"):
            catalog = polib.pofile(
                str(Path(Manifest.for_addon(name).path) / "i18n/fi.po")
            )
            translated = {entry.msgid for entry in catalog.translated_entries()}
            terms = {
                row[4]
                for row in TranslationModuleReader(self.env.cr, modules=[name])
                if row[4] and row[4].strip() and not self._is_name_of_core(row)
            }
            with self.subTest(module=name):
                self.assertEqual(sorted(terms - translated), [])

    def _is_name_of_core(self, row):
        """Whether the row is core's name of a model that ours extends.

        Core renames some of its models in further modules, so the name that an extension
        exports depends on the order in which modules were installed.
        """
        if row[2] != "ir.model,name":
            return False
        model = self.env.ref(row[3]).model
        origin = self.env["ir.module.module"].search(
            [("name", "=", self.env.registry[model]._original_module)]
        )
        return origin.author != "Asiakaskunta"
