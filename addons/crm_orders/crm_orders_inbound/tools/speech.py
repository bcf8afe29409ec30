"""Words for people, in the language of whoever reads them.

Adapters know nothing of Odoo, and so of languages. They say what they have to say through
a :class:`Speech`; whoever calls them has said before how it is translated.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_translate = ContextVar("translate", default=None)


class Speech:
    """What one module says.

    Its method is called ``_`` so that Odoo finds the texts to translate. Outside of
    :func:`spoken` it returns them as they are, so that constants can be marked as well
    and said later.

    :param name: ``__name__`` of the Python module
    """

    def __init__(self, name):
        parts = name.split(".")
        self.module = parts[2] if parts[:2] == ["odoo", "addons"] else ""

    def _(self, text, **values):
        """The text, translated and with the values filled in."""
        translate = _translate.get()
        said = translate(self.module, text) if translate and self.module else text
        if not values:
            return said
        try:
            return said % values
        except (KeyError, TypeError, ValueError):
            # A translation that misses its values must not hide what happened.
            return text % values


@contextmanager
def spoken(translate):
    """Have everything that is said in here translated.

    :param translate: function of a module's name and a text
    """
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)
