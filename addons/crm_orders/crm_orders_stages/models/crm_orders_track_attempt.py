import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

WINDOW = timedelta(hours=1)
# Wrong answers within the window: more of one visitor than of one order, as a whole office
# may share an address.
LIMITS = {"number": 10, "visitor": 30}


class CrmOrdersTrackAttempt(models.Model):
    """A wrong guess at an order's page, so that nobody can go on guessing.

    Neither the visitor's address nor what was typed can be read from it.
    """

    _name = "crm_orders.track.attempt"
    _description = "Wrong Guess at a Tracking Page"
    _log_access = False
    _order = "id desc"

    key = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _key_date_idx = models.Index("(key, date)")

    @api.model
    def _get_keys(self, **guesses):
        """What is counted: dict of kind of guess -> key."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return {
            kind: hmac.new(
                secret.encode(), f"{kind}:{text}".encode(), hashlib.sha256
            ).hexdigest()
            for kind, text in guesses.items()
        }

    @api.model
    def _is_blocked(self, **guesses):
        """Whether there were too many wrong guesses of one kind lately."""
        keys = self._get_keys(**guesses)
        counts = dict(
            self.env.execute_query(
                SQL(
                    "SELECT key, count(*) FROM crm_orders_track_attempt"
                    " WHERE key IN %s AND date > %s GROUP BY key",
                    tuple(keys.values()),
                    fields.Datetime.now() - WINDOW,
                )
            )
        )
        return any(counts.get(keys[kind], 0) >= LIMITS[kind] for kind in keys)

    @api.model
    def _note(self, **guesses):
        """Remember a wrong guess."""
        now = fields.Datetime.now()
        self.sudo().create(
            [{"key": key, "date": now} for key in self._get_keys(**guesses).values()]
        )

    @api.autovacuum
    def _gc_attempts(self):
        old = self.search([("date", "<", fields.Datetime.now() - 2 * WINDOW)])
        old.unlink()
