import hashlib
import hmac
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import ormcache

KEY_BYTES = 32
HINT_LENGTH = 6
DELAYED_AFTER_MINUTES = 15


class CrmOrdersSource(models.Model):
    """Where requests come from: a web shop, a form, a messenger account, a telephone
    number; each with secrets of its own.
    """

    _name = "crm_orders.source"
    _inherit = ["crm_orders.source.hook", "crm_orders.setup"]
    _description = "Lead Source"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, help="Where the leads come from, for example Website."
    )
    active = fields.Boolean(
        default=True, help="What an archived source sends is refused."
    )
    kind = fields.Selection(
        [("rest", "Web shop or program")],
        required=True,
        default="rest",
        help="What sends the requests, and so how it proves who it is.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="New leads belong to this company.",
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="New leads are given to this sales team. At first it is the one that Odoo "
        "gives to leads of yours.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        check_company=True,
        domain=[("share", "=", False)],
        help="New leads are given to this person. Leave empty to share them: every "
        "seller sees leads that nobody has.",
    )
    utm_source_id = fields.Many2one(
        "utm.source",
        "Default Origin",
        help="Written on leads that name no known origin themselves.",
    )
    utm_medium_id = fields.Many2one(
        "utm.medium",
        "Default Medium",
        help="Written on leads that name no known medium themselves.",
    )
    utm_campaign_id = fields.Many2one(
        "utm.campaign",
        "Default Campaign",
        help="Written on leads that name no known campaign themselves.",
    )
    rate_limit = fields.Integer(
        "Requests a Minute",
        default=600,
        help="More new requests within a minute are refused and may be sent again "
        "later. 0 means no limit.",
    )
    keep_days = fields.Integer(
        "Keep Request Texts",
        default=180,
        help="Days until the stored text of a processed request is erased. The lead "
        "stays. At most 3650; 0 keeps the texts for ever.",
    )
    allow_enrichment = fields.Boolean(
        help="Let Odoo's lead enrichment, where it is installed, send the domain of a new "
        "lead's e-mail address to Odoo's service and add what is known of that company. "
        "Otherwise it leaves new leads of this source alone."
    )

    dedupe_hours = fields.Integer(
        "Join an Open Lead Within",
        compute="_compute_dedupe_hours",
        store=True,
        readonly=False,
        precompute=True,
        help="Hours in which another request by the same person is added to the lead "
        "that is open already, instead of becoming one of its own. 0 makes a lead of "
        "each request.",
    )

    key_hash = fields.Char("Hash of the Key", groups=fields.NO_ACCESS, copy=False)
    key_hint = fields.Char(
        "Key",
        copy=False,
        readonly=True,
        help="The first characters of the key in use. The whole key is shown only once.",
    )
    key_date = fields.Datetime("Key Made On", copy=False, readonly=True)

    endpoint_url = fields.Char("Address", compute="_compute_endpoint_url")
    event_ids = fields.One2many("crm_orders.event", "source_id", "Requests")
    event_count = fields.Integer("Last 7 Days", compute="_compute_health")
    waiting_count = fields.Integer("Waiting", compute="_compute_health")
    failed_count = fields.Integer("Failed", compute="_compute_health")
    last_event_date = fields.Datetime("Last Request", compute="_compute_health")
    health = fields.Selection(
        [
            ("no_key", "Needs a key"),
            ("incomplete", "Needs settings"),
            ("refusing", "Refuses requests"),
            ("unused", "Nothing received yet"),
            ("working", "Working"),
            ("delayed", "Delayed"),
            ("failing", "Has failed requests"),
        ],
        compute="_compute_health",
        help="Delayed: a request has been waiting for more than 15 minutes. Refuses "
        "requests: the last one did not prove where it came from.",
    )

    _key_hash_uniq = models.UniqueIndex("(key_hash)")
    _hook_token_uniq = models.UniqueIndex("(hook_token)")
    _dedupe_hours_range = models.Constraint(
        "CHECK (dedupe_hours BETWEEN 0 AND 87600)",
        "The number of hours is from 0 to 87600, which is ten years.",
    )
    _rate_limit_positive = models.Constraint(
        "CHECK (rate_limit >= 0)", "The number of requests cannot be negative."
    )
    # More days would reach back before the dates that can be counted.
    _keep_days_range = models.Constraint(
        "CHECK (keep_days BETWEEN 0 AND 3650)",
        "The number of days is from 0 to 3650, which is ten years.",
    )

    @api.depends("company_id")
    def _compute_team_id(self):
        for source in self:
            company = source.company_id
            if source.team_id.company_id in (company, self.env["res.company"]) and (
                source.team_id or source._origin
            ):
                continue
            source.team_id = source._get_default_team(company)

    @api.model
    def _get_default_team(self, company):
        """The team that Odoo gives to leads of this user and company."""
        teams = self.env["crm.team"].with_context(allowed_company_ids=company.ids)
        team = teams._get_default_team_id() if company else teams
        return team.with_env(self.env)

    def _compute_endpoint_url(self):
        for source in self:
            source.endpoint_url = f"{source.get_base_url()}/crm_orders/v1/leads"

    @api.depends("kind")
    def _compute_dedupe_hours(self):
        for source in self:
            source.dedupe_hours = source._get_default_dedupe_hours()

    def _get_default_dedupe_hours(self):
        """How long a conversation goes on by default; a filled-in form is none."""
        self.ensure_one()
        return 0

    def _compute_health(self):
        events = self.env["crm_orders.event"]
        now = fields.Datetime.now()
        delayed_before = fields.Datetime.subtract(now, minutes=DELAYED_AFTER_MINUTES)
        mine = Domain("source_id", "in", self.ids)
        recent = {
            source: (count, last)
            for source, count, last in events._read_group(
                mine
                & Domain("create_date", ">=", fields.Datetime.subtract(now, days=7)),
                ["source_id"],
                ["__count", "create_date:max"],
            )
        }
        waiting = {
            source: (count, first)
            for source, count, first in events._read_group(
                mine & Domain("state", "=", "new"),
                ["source_id"],
                ["__count", "create_date:min"],
            )
        }
        failed = dict(
            events._read_group(
                mine & Domain("state", "=", "failed"), ["source_id"], ["__count"]
            )
        )
        for source in self:
            key = source._origin
            source.event_count, last = recent.get(key, (0, False))
            source.waiting_count, first = waiting.get(key, (0, False))
            source.failed_count = failed.get(key, 0)
            source.last_event_date = last
            if missing := source._get_missing():
                source.health = missing
            elif source.refused_date and (not last or source.refused_date > last):
                source.health = "refusing"
            elif source.failed_count:
                source.health = "failing"
            elif first and first < delayed_before:
                source.health = "delayed"
            else:
                source.health = "working" if last else "unused"

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        sources._sync_settings()
        return sources

    def write(self, vals):
        if "kind" in vals:
            self._check_kind_may_change(vals["kind"])
        self._write_addresses_first(vals)
        result = super().write(vals)
        if "kind" in vals:
            self._sync_settings()
        return result

    def _get_missing(self):
        """The health of a source that cannot work yet, or False."""
        self.ensure_one()
        if self.kind == "rest" and not self._has_hook():
            return "no_key" if not self.key_hint else False
        return "incomplete" if self._get_missing_settings() else False

    def action_generate_key(self):
        """Give the source a new key and show it, the only time that it can be seen."""
        self.ensure_one()
        self.check_access("write")
        key = secrets.token_urlsafe(KEY_BYTES)
        self._set_key(key)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key of %s", self.name),
            "res_model": "crm_orders.source.key",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_key": key,
                "default_endpoint_url": self.endpoint_url,
                "default_example": self._get_example_command(key),
            },
        }

    def action_view_events(self):
        """Open the requests of this source."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_inbound.crm_orders_event_action"
        )
        return {
            **action,
            "domain": [("source_id", "=", self.id)],
            "context": {"search_default_week": 1},
        }

    def _set_key(self, key):
        """Make `key` the only key of this source; only its hash is stored."""
        self.ensure_one()
        self.sudo().write(
            {
                "key_hash": self._hash_key(key),
                "key_hint": key[:HINT_LENGTH] + "\N{HORIZONTAL ELLIPSIS}",
                "key_date": fields.Datetime.now(),
            }
        )

    @api.model
    def _hash_key(self, key):
        # Keys hold 256 random bits, so a plain hash cannot be turned back and a slow
        # one would only make every request slower.
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()

    @api.model
    def _get_cached_fields(self):
        """Fields that `_authenticate` remembers."""
        return {"active", "key_hash", "rate_limit", "kind", "hook_token"}

    @api.model
    def _authenticate(self, key):
        """Return `(id, rate_limit)` of the source with this key.

        :raise AccessError: when no active source has it
        """
        key_hash = self._hash_key(key)
        source_id, rate_limit, stored_hash = self._get_by_key_hash(key_hash)
        if not hmac.compare_digest(stored_hash, key_hash):
            raise AccessError(self.env._("No active source has this key."))
        return source_id, rate_limit

    @ormcache("key_hash")
    def _get_by_key_hash(self, key_hash):
        # A miss raises, so guessed keys never push true ones out of the cache.
        source = self.sudo().search_fetch(
            [("key_hash", "=", key_hash)], ["rate_limit", "key_hash"], limit=1
        )
        if not source:
            raise AccessError(self.env._("No active source has this key."))
        return source.id, source.rate_limit, source.key_hash

    def _get_example_command(self, key):
        """A command that sends a lead, to copy and try."""
        self.ensure_one()
        return (
            f"curl {self.endpoint_url} \\\n"
            f"  -H 'X-Source-Key: {key}' -H 'Content-Type: application/json' \\\n"
            '  -d \'{"external_id": "test-1", "name": "Aino", '
            '"email": "aino@example.com", "message": "Do you have it in blue?"}\''
        )
