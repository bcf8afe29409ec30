"""Amounts of money in words, as contracts and receipts have them: plain functions."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from num2words import num2words

# Nouns of units and of their hundredth parts: one of them, and several. Where num2words
# knows a currency, it may still say "two euro", so these words are our own.
NOUNS = {
    "en": {
        "DKK": ("Danish krone", "Danish kroner", "øre", "øre"),
        "EUR": ("euro", "euros", "cent", "cents"),
        "GBP": ("pound", "pounds", "penny", "pence"),
        "NOK": ("Norwegian krone", "Norwegian kroner", "øre", "øre"),
        "SEK": ("Swedish krona", "Swedish kronor", "öre", "öre"),
        "USD": ("dollar", "dollars", "cent", "cents"),
    },
    "fi": {
        "DKK": ("Tanskan kruunu", "Tanskan kruunua", "äyri", "äyriä"),
        "EUR": ("euro", "euroa", "sentti", "senttiä"),
        "GBP": ("punta", "puntaa", "penny", "pennyä"),
        "NOK": ("Norjan kruunu", "Norjan kruunua", "äyri", "äyriä"),
        "SEK": ("Ruotsin kruunu", "Ruotsin kruunua", "äyri", "äyriä"),
        "USD": ("dollari", "dollaria", "sentti", "senttiä"),
    },
}
AND = {"en": "and", "fi": "ja"}
MINUS = {"en": "minus", "fi": "miinus"}
# More digits than any amount that can be stored.
PRECISION = 1000


def amount_words(amount, currency, lang, digits=2):
    """An amount in words, say "twenty-five euros and fifty cents".

    What the language has no words for is written in digits, so that it is never wrong.

    :param amount: a number; halves of the last digit are rounded away from zero
    :param currency: code such as EUR
    :param lang: code such as fi_FI; English where there are no words of that language
    :param digits: decimals of the currency
    """
    speech = lang.replace("-", "_").partition("_")[0].lower()
    if speech not in NOUNS:
        speech = "en"
    with localcontext(prec=PRECISION):
        parts = Decimal(str(amount)).scaleb(digits)
        value = int(parts.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    units, part = divmod(abs(value), 10**digits)
    nouns = NOUNS[speech].get(currency) if digits in (0, 2) else None
    if nouns:
        words = _counted(units, speech, nouns[:2])
        if part:
            words += f" {AND[speech]} {_counted(part, speech, nouns[2:])}"
    else:
        words = f"{_words(units, speech)} {currency}"
        if part:
            words += f" {AND[speech]} {part:0{digits}d}/{10**digits}"
    return f"{MINUS[speech]} {words}" if value < 0 else words


def _counted(number, speech, nouns):
    return f"{_words(number, speech)} {nouns[number != 1]}"


def _words(number, speech):
    try:
        return num2words(number, lang=speech)
    except OverflowError:
        # More than there are words for.
        return str(number)
