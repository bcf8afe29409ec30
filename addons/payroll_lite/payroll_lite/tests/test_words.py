from odoo.tests import BaseCase, tagged

from ..tools.words import amount_in_words


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    """Net pay in words, euros and cents."""

    def test_words(self):
        for amount, language, expected in (
            (
                "1921.36",
                "fi_FI",
                "Tuhat yhdeksänsataakaksikymmentäyksi euroa ja "
                "kolmekymmentäkuusi senttiä",
            ),
            ("2000", "fi_FI", "Kaksituhatta euroa ja nolla senttiä"),
            ("1.01", "fi_FI", "Yksi euro ja yksi sentti"),
            ("-300.05", "fi_FI", "Miinus kolmesataa euroa ja viisi senttiä"),
            ("0", "fi_FI", "Nolla euroa ja nolla senttiä"),
            (
                "1234.50",
                "en_US",
                "One thousand, two hundred and thirty-four euro and fifty cents",
            ),
            ("1921.36", "sv_SE", "Ettusen niohundratjugoett euro och trettiosex cent"),
            ("-2.01", "sv_SE", "Minus två euro och ett cent"),
            ("21.02", "ru_RU", "Двадцать один евро, два цента"),
            (0.1 + 0.2, "fi_FI", "Nolla euroa ja kolmekymmentä senttiä"),
        ):
            self.assertEqual(amount_in_words(amount, language, "EUR"), expected)

    def test_no_words_where_the_language_is_unknown(self):
        self.assertEqual(amount_in_words("5", "et_EE", "EUR"), "")
        self.assertEqual(amount_in_words("5", "fi_FI", "XYZ"), "")
