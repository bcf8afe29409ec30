"""Who is there several times in one file, told as customers are told: by handles."""

from odoo.addons.crm_orders_identity.tools import matching


class People:
    """The persons of the rows so far; each is called by the number of its first row."""

    def __init__(self):
        self._rows = {}

    def find(self, handles):
        """Who a row is, as `matching.decide` says it; partners are numbers of rows.

        :param handles: list of (kind, scope, value), normalised
        """
        return matching.decide(
            [
                {
                    "strength": kind,
                    "handle": f"{kind} {value}",
                    "identity": None,
                    "partner": number,
                    "entity": number,
                    "entity_usable": True,
                }
                for kind, scope, value in handles
                for number in self._rows.get((kind, scope, value), ())
            ]
        )

    def add(self, number, handles):
        """Remember that the person of a row is reached by these."""
        for handle in handles:
            numbers = self._rows.setdefault(tuple(handle), [])
            # More would be a crowd, which tells nothing.
            if number not in numbers and len(numbers) <= matching.MANY:
                numbers.append(number)
