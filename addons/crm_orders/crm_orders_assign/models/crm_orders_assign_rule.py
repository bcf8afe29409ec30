from collections import defaultdict
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import assign, conditions, schedule
from .resource_calendar import LOOK_AHEAD

# When nobody is expected back, a waiting lead is looked at again after so long.
RETRY = timedelta(minutes=15)


class CrmOrdersAssignRule(models.Model):
    """Which leads without a responsible are given to whom, and in which way."""

    _name = "crm_orders.assign.rule"
    _inherit = ["crm_orders.assign.condition"]
    _description = "Assignment Rule"
    _check_company_auto = True

    campaign_ids = fields.Many2many(
        "utm.campaign",
        string="Campaigns",
        help="Only leads of one of these campaigns. Empty: of any, or of none.",
    )
    lang_ids = fields.Many2many(
        "res.lang",
        string="Languages",
        help="Only leads of customers who speak one of these. Empty: any language.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Only leads from there. Empty: anywhere.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="Regions",
        help="Only leads from there. Empty: anywhere.",
    )
    words = fields.Char(
        help="Only leads whose title or notes have a word that begins so. Several are "
        "separated by commas. Example: sofa, dining table.",
    )
    min_amount = fields.Float(
        "Least Revenue", help="Only leads with at least this expected revenue."
    )
    max_amount = fields.Float(
        "Most Revenue",
        help="Only leads with at most this expected revenue. 0: no limit.",
    )
    moment = fields.Selection(
        [
            ("any", "At any time"),
            ("open", "During working hours"),
            ("closed", "Outside of working hours"),
        ],
        "Applies",
        required=True,
        default="any",
        help="A rule for the evening and the weekend applies outside of working hours.",
    )
    known_first = fields.Boolean(
        "Known Customers First",
        default=True,
        help="The customer's own salesperson gets the lead if there is one who can take "
        "it: the salesperson of the contact, else of the last order or lead.",
    )
    way = fields.Selection(
        [
            ("round_robin", "In turn"),
            ("least_open", "Fewest open leads"),
            ("fixed", "One person"),
        ],
        "Given To",
        required=True,
        default="round_robin",
        help="In turn: one after the other, by their shares. Fewest open leads: whoever "
        "has the fewest, by their shares. One person: always the same.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        check_company=True,
        domain=[("share", "=", False)],
        help="Who gets the leads of this rule.",
    )
    member_ids = fields.One2many(
        "crm_orders.assign.member",
        "rule_id",
        "Members",
        copy=True,
        help="Who takes leads by this rule. People who are on leave, outside of their "
        "working hours, archived, or who have enough open leads are passed over.",
    )
    member_count = fields.Integer(compute="_compute_member_count")
    if_nobody = fields.Selection(
        [
            ("wait", "Wait until somebody can"),
            ("leave", "Leave it and tell the team leader"),
            ("anyway", "Give it all the same"),
            ("next", "Go on with the next rule"),
        ],
        "If Nobody Can",
        required=True,
        default="wait",
        help="What happens with a lead when everybody is away or has enough leads.",
    )

    _amounts = models.Constraint(
        "CHECK (min_amount >= 0 AND (max_amount = 0 OR max_amount >= min_amount))",
        "The most revenue must not be lower than the least one.",
    )

    @api.depends("member_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["crm_orders.assign.member"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.member_count = counts.get(rule._origin, 0)

    @api.constrains("way", "user_id")
    def _check_person(self):
        for rule in self:
            if rule.way == "fixed" and not rule.user_id:
                raise ValidationError(
                    self.env._(
                        "Choose the person who gets the leads of “%s”.", rule.name
                    )
                )
        self.user_id._crm_orders_check_sellers()

    def action_assign_open_leads(self):
        """Give what has nobody responsible, oldest first, by all rules of the company."""
        self.check_access("write")
        leads = self.env["crm.lead"].search(
            Domain("user_id", "=", False)
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [*self.company_id.ids, False]),
            order="create_date, id",
            limit=1000,
        )
        return leads.action_crm_orders_assign()

    @api.model
    def _cron_assign(self, batch_size=200):
        """Give leads that had to wait, or that came in while rules were in use."""
        leads = self.env["crm.lead"]
        domain = self._get_waiting_domain()
        found = leads.search(domain, limit=batch_size, order="create_date, id")
        decided = self._assign(found) if found else leads
        if decided is None:
            # Another worker holds the rules; its work is committed soon.
            self._trigger_cron(fields.Datetime.now() + timedelta(minutes=1))
            decided = leads
        self.env["ir.cron"]._commit_progress(
            len(decided),
            remaining=leads.search_count(self._get_waiting_domain()) if decided else 0,
        )

    @api.model
    def _get_waiting_domain(self):
        return (
            Domain("crm_orders_assign_next_date", "<=", fields.Datetime.now())
            & Domain("user_id", "=", False)
            & Domain("active", "=", True)
        )

    @api.model
    def _trigger_cron(self, at=None):
        self.env.ref("crm_orders_assign.ir_cron_assign").sudo()._trigger(at)

    @api.model
    def _assign(self, leads, excluded=None, queue=False):
        """Give leads to people by the rules of their companies.

        :param excluded: dict of leads to users who must not get them
        :param queue: leave the leads to the cron when another transaction is just using
            the rules, instead of returning None
        :return: the leads that a rule was for, or None when the rules could not be had

        Two workers at once must not read the same turns, so rules are locked. Nothing
        waits for that lock: taking in leads must never be slower or fail for it.
        """
        leads = leads.sudo()
        rules = self._get_for_companies({lead.company_id.id for lead in leads})
        if not rules:
            leads.filtered("crm_orders_assign_next_date")._crm_orders_set(
                crm_orders_assign_next_date=False
            )
            return leads.browse()
        if not rules._try_lock():
            if not queue:
                return None
            leads._crm_orders_set(crm_orders_assign_next_date=fields.Datetime.now())
            self._trigger_cron()
            return leads.browse()
        return rules._assign_locked(leads, excluded or {})

    def _try_lock(self):
        """Lock the rules until the end of the transaction if they are free, and as this
        transaction sees them.
        """
        try:
            with self.env.cr.savepoint():
                return all(
                    len(records.try_lock_for_update(allow_referencing=True))
                    == len(records)
                    for records in (self, self.member_ids)
                )
        except SerializationFailure:
            return False

    def _assign_locked(self, leads, excluded):
        now = fields.Datetime.now()
        known = (
            self.env["crm_orders.assign.known"]._get_users(leads)
            if any(self.mapped("known_first"))
            else {}
        )
        people, presence = self._prepare_people(known, now)
        rules, opening = self._prepare_rules(now)
        with_text = any(rule["condition"]["words"] for rule in rules)
        facts = [
            {
                **self._prepare_lead_facts(lead, with_text),
                "known": known.get(lead.id, []),
                "excluded": excluded.get(lead, self.env["res.users"]).ids,
            }
            for lead in leads
        ]
        decisions, turns = assign.assign(facts, rules, people)
        self._save_turns(decisions, turns)
        self.env["crm_orders.assign.decision"]._apply(
            leads, decisions, self._get_retries(presence, opening, now)
        )
        decided = leads.browse([decision["lead"] for decision in decisions])
        (leads - decided).filtered("crm_orders_assign_next_date")._crm_orders_set(
            crm_orders_assign_next_date=False
        )
        return decided

    def _prepare_condition(self):
        return {
            **super()._prepare_condition(),
            "campaigns": self.campaign_ids.ids,
            "languages": self.lang_ids.ids,
            "countries": self.country_ids.ids,
            "states": self.state_ids.ids,
            "words": self.words or "",
            "min_amount": self.min_amount,
            "max_amount": self.max_amount,
        }

    def _prepare_rules(self, now):
        """The rules that apply now, as the engine takes them, and when each opens."""
        presence = {}
        for calendar in self.mapped(lambda rule: rule._get_calendar()):
            intervals = calendar._crm_orders_get_intervals(now, now + LOOK_AHEAD)
            always = [(now, now + LOOK_AHEAD)]
            presence[calendar] = schedule.presence(
                always if intervals is None else intervals, now
            )
        rules, opening = [], {}
        for rule in self:
            is_open, when = presence.get(rule._get_calendar(), (True, None))
            if rule.moment != "any" and is_open != (rule.moment == "open"):
                continue
            opening[rule.id] = when
            # A rule for the evening is for people whose hours are nowhere written down.
            rules.append(rule._prepare_rule(is_open or rule.moment == "closed"))
        return rules, opening

    def _get_calendar(self):
        """Hours of members who have none of their own; none means at any time."""
        self.ensure_one()
        return self.calendar_id or self.team_ids[:1].crm_orders_calendar_id

    def _prepare_rule(self, is_open):
        """The rule as the engine takes it; glue modules extend the dict."""
        self.ensure_one()
        limit = max(self.team_ids.mapped("crm_orders_max_open"), default=0)
        return {
            "id": self.id,
            "company": self.company_id.id,
            "condition": self._prepare_condition(),
            "known_first": self.known_first,
            "way": self.way,
            "fixed": self.user_id.id,
            "if_nobody": self.if_nobody,
            "open": is_open,
            "members": [
                {
                    "id": member.id,
                    "user": member.user_id.id,
                    "weight": member.weight,
                    "limit": member.max_open or limit,
                    "turn": member.turn,
                }
                for member in self.member_ids
            ],
        }

    def _prepare_people(self, known, now):
        """Everybody who may get a lead, as the engine takes them, and their presence."""
        ids = {user for users in known.values() for user in users}
        users = self.member_ids.user_id | self.user_id
        users |= users.browse(ids - set(users.ids))
        presence = users._crm_orders_get_presence(self.company_id, now)
        load = users._crm_orders_count_open_leads()
        people = {
            user.id: {
                "active": user.active and not user.share,
                "open": load.get(user.id, 0),
                "here": presence[user.id]["here"],
                "away": presence[user.id]["away"],
            }
            for user in users
        }
        return people, presence

    def _get_retries(self, presence, opening, now):
        """When a lead that waits for a rule is looked at again, by rule."""
        retries = {}
        for rule in self:
            whens = [
                presence[user.id]["next"] or opening.get(rule.id)
                for user in rule.member_ids.user_id | rule.user_id
                if user.active
            ]
            coming = min((when for when in whens if when), default=None)
            # Somebody who is at work already has enough leads, and may have less soon.
            soon = any(not when for when in whens) or not coming
            retries[rule.id] = now + RETRY if soon else coming
        return retries

    def _save_turns(self, decisions, turns):
        """Keep whose turn it is, and write on each rule that was used.

        The rule is written even if no turn changed: that is what tells a transaction which
        began before that it has seen old turns.
        """
        used = self.browse({decision["rule"] for decision in decisions})
        if not used:
            return
        given = defaultdict(int)
        for decision in decisions:
            given[decision["rule"], decision["user"]] += 1
        for member in used.member_ids:
            vals = {}
            if member.id in turns:
                vals["turn"] = turns[member.id]
            if (member.rule_id.id, member.user_id.id) in given:
                count = given[member.rule_id.id, member.user_id.id]
                vals["given_count"] = member.given_count + count
            if vals:
                member.write(vals)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_orders_assign_rule SET sequence = sequence WHERE id IN %s",
                tuple(used.ids),
            )
        )

    @api.constrains("words")
    def _check_words(self):
        for rule in self:
            if rule.words and not conditions.parse_words(rule.words):
                raise ValidationError(
                    self.env._(
                        "Write the words of “%s” separated by commas.", rule.name
                    )
                )

    @api.model
    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "crm_orders_base.group_manager"
        ):
            raise AccessError(
                self.env._("Only managers give leads to others by rules.")
            )
