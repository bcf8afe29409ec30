from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools import channel
from ..tools.speech import Speech, spoken
from .test_hook import HookMixin, ListChannel


@tagged("post_install", "-at_install")
class TestSpeech(BaseCase):
    """How adapters say things, without a database."""

    # Not called by its own name: Odoo would look for these texts' translations.
    say = staticmethod(Speech("odoo.addons.crm_orders_shop.tools.shop")._)

    def test_nothing_is_translated_unless_asked_for(self):
        self.assertEqual(self.say("100 % of %(it)s"), "100 % of %(it)s")
        self.assertEqual(self.say("All of %(it)s", it=3), "All of 3")

    def test_translated_with_its_values(self):
        with spoken(lambda module, text: f"{module}: {text}"):
            self.assertEqual(self.say("%(n)s left", n=2), "crm_orders_shop: 2 left")
        self.assertEqual(self.say("Gone"), "Gone")

    def test_translation_with_wrong_values_hides_nothing(self):
        for wrong in ("%(m)s jäljellä", "%(n)d jäljellä", "100 % jäljellä %(n)"):
            with spoken(lambda _module, _text, wrong=wrong: wrong):
                self.assertEqual(self.say("%(n)s left", n="two"), "two left")

    def test_what_is_said_inside_does_not_leak_out_of_an_error(self):
        with self.assertRaises(ValueError), spoken(lambda _module, text: text.upper()):
            raise ValueError(self.say("no"))
        self.assertEqual(self.say("no"), "no")

    def test_without_a_module_nothing_is_looked_up(self):
        with spoken(lambda _module, _text: self.fail("looked up")):
            say = Speech("__main__")._
            self.assertEqual(say("x"), "x")


@tagged("post_install", "-at_install")
class TestLanguages(HookMixin, TransactionCase):
    """What adapters say is read by people in their language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_hook()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.source.company_id.partner_id.lang = "fi_FI"

    def test_stored_reason_is_in_the_language_of_the_company(self):
        self._send(None, raw=b"[1]")
        self._run_job()
        event = self.source.event_ids[:1]
        self.assertEqual(event.state, "failed")
        self.assertEqual(event.error, "Viestin runko ei ole yksi JSON-objekti.")

    def test_answer_to_a_person_is_in_their_language(self):
        def refuse(_adapter, _settings):
            yield from ()
            say = channel.speech._
            raise channel.SendError(say("This channel has no files."))

        self.patch(ListChannel, "check", refuse)
        for lang, words in (
            ("fi_FI", "Tällä kanavalla ei ole tiedostoja."),
            ("en_US", "This channel has no files."),
        ):
            self.source.with_context(lang=lang).action_self_test()
            self.assertIn(words, self.source.test_report)

    def test_background_work_speaks_the_language_of_the_company(self):
        source = self.source.with_context(lang=None)
        with self.assertRaisesRegex(channel.SendError, "Tällä kanavalla"):
            source._drive("fetch", "x")
