"""Amounts of money in words, as people read them aloud."""

from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

CENT = Decimal("0.01")
_JOINED_BY = {"en": " and", "fi": " ja"}
# num2words has the numbers of these languages but not their money.
_OWN_MONEY = {("sv", "EUR"): "{sign}{whole} euro och {cents} cent"}
_MINUS = {"sv": "minus "}
# It writes three t in a row where Swedish writes two.
_SPELLING = {"sv": ("etttusen", "ettusen")}


def amount_in_words(amount, language, currency):
    """``amount`` in words, e.g. "Kaksituhatta euroa ja viisi senttiä".

    Empty where the language or its money is unknown: a payslip rather goes without the
    words than shows them in a language nobody asked for.

    :param language: code such as "fi_FI"
    :param currency: ISO code such as "EUR"
    """
    amount = Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)
    short = language[:2]
    if (short, currency) in _OWN_MONEY:
        words = _own_money(amount, short, currency)
    else:
        options = {"separator": _JOINED_BY[short]} if short in _JOINED_BY else {}
        try:
            words = num2words(
                amount, lang=language, to="currency", currency=currency, **options
            )
        except (NotImplementedError, TypeError, KeyError):
            return ""
    return words[:1].upper() + words[1:]


def _own_money(amount, short, currency):
    whole, hundredths = divmod(abs(amount), 1)
    words = _OWN_MONEY[short, currency].format(
        sign=_MINUS[short] if amount < 0 else "",
        whole=num2words(int(whole), lang=short),
        cents=num2words(int(hundredths * 100), lang=short),
    )
    return words.replace(*_SPELLING[short])
