"""Faults of the pay rule language, told by kind so that each caller can word them."""


class PayrollError(Exception):
    """A rule, or the data it is fed with, cannot be used.

    ``kind`` is one of the keys of ``payroll_error_texts`` in ``models``; ``params`` fill
    its placeholders. The engine itself speaks no human language.
    """

    def __init__(self, kind, **params):
        super().__init__(kind, params)
        self.kind = kind
        self.params = params

    def in_rule(self, code):
        """The same fault, with the rule it was found in."""
        self.params.setdefault("rule", code)
        return self

    def __str__(self):
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.kind} ({details})" if details else self.kind
