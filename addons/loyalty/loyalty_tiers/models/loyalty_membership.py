from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import engine


class LoyaltyMembership(models.Model):
    """Tier of a customer in a company.

    Rows are made and changed by ``_evaluate`` alone, from the ledger. A customer rises
    with the purchase that reaches a threshold and falls in the nightly job. The date
    of change of a row says when its tier changed: tills load by it.
    """

    _name = "loyalty.membership"
    _description = "Loyalty Membership"
    _order = "amount DESC, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    tier_id = fields.Many2one(
        "loyalty.tier",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    color = fields.Integer(related="tier_id.color")
    discount = fields.Float(related="tier_id.discount")
    since = fields.Date(
        string="In Tier Since", readonly=True, help="Day on which the tier changed."
    )
    amount = fields.Monetary(
        string="Purchases in 12 Months",
        readonly=True,
        help="Net purchases that counted when this was last looked at: those of the "
        "last 12 months to the day, without taxes and after returns.",
    )
    next_review = fields.Date(
        readonly=True,
        help="First day on which the purchases will not be enough for the tier any "
        "more, if the customer buys nothing until then.",
    )
    next_tier_id = fields.Many2one("loyalty.tier", compute="_compute_progress")
    missing_amount = fields.Monetary(
        string="Missing for the Next Tier", compute="_compute_progress"
    )
    progress = fields.Float(
        string="Way to the Next Tier (%)", compute="_compute_progress"
    )

    _partner_company_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "The customer is a member already.",
    )
    _next_review_idx = models.Index("(company_id, next_review)")

    @api.depends("amount", "company_id", "tier_id.threshold")
    def _compute_progress(self):
        Tier = self.env["loyalty.tier"]
        for member in self:
            result = engine.progress(
                member.amount,
                Tier._get_engine_tiers(member.company_id.id),
                member.currency_id.decimal_places,
            )
            following = result["next_tier"]
            member.next_tier_id = following["id"] if following else False
            member.missing_amount = result["missing"]
            member.progress = result["percent"]

    def action_open_activities(self):
        self.ensure_one()
        return self.partner_id._action_open_loyalty_activities(self.company_id)

    @api.model
    def _evaluate(self, pairs, allow_downgrade=False):
        """Bring memberships in line with the ledger.

        :param pairs: (partner id, company id) of the customers
        :param bool allow_downgrade: also take tiers away, which only the job does
        :return: the pairs that somebody else is changing at this moment
        :rtype: set[tuple[int, int]]
        """
        partner_ids = {}
        for partner_id, company_id in pairs:
            partner_ids.setdefault(company_id, set()).add(partner_id)
        busy, changes = set(), []
        for company_id, ids in partner_ids.items():
            company = self.env["res.company"].browse(company_id)
            left, changed = self._evaluate_company(company, ids, allow_downgrade)
            busy.update((partner_id, company_id) for partner_id in left)
            changes += changed
        if pairs:
            self._forget_cached()
        if changes:
            self._after_tier_change(changes)
        return busy

    @api.model
    def _evaluate_company(self, company, partner_ids, allow_downgrade):
        """Evaluate customers of one company, with four queries for any number."""
        tiers = self.env["loyalty.tier"]._get_engine_tiers(company.id)
        by_id = {tier["id"]: tier for tier in tiers}
        digits = company.currency_id.decimal_places
        today = company._get_loyalty_today()
        current = self._lock_members(company, partner_ids)
        purchases = self._get_window_entries(company, partner_ids, today)
        busy = {partner_id for partner_id, row in current.items() if not row[0]}
        updates, inserts, changes = [], [], []
        for partner_id in partner_ids - busy:
            entries = purchases.get(partner_id, [])
            amount = engine.window_sum(entries, today, digits=digits)
            member_id, old_id, since = current.get(partner_id, (None, None, None))
            old, tier = by_id.get(old_id), engine.tier_for(amount, tiers, digits)
            if old and not allow_downgrade and self._is_lower(tier, old):
                tier = old
            tier_id = tier["id"] if tier else None
            changed = tier_id != old_id
            review = engine.next_review(entries, today, tiers, tier, digits=digits)
            values = (
                tier_id,
                today if changed or not since else since,
                amount,
                review,
            )
            if member_id:
                updates.append((member_id, *values, changed))
            else:
                inserts.append((partner_id, *values))
            if changed:
                changes.append((partner_id, company.id, old_id, tier_id))
        self._write_members(updates)
        busy |= {row[0] for row in inserts} - self._make_members(company, inserts)
        return busy, [change for change in changes if change[0] not in busy]

    @api.model
    def _is_lower(self, tier, than):
        return not tier or tier["threshold"] < than["threshold"]

    @api.model
    def _lock_members(self, company, partner_ids):
        """Rows of the members, locked for us; an id of None is locked by others.

        Inserting over a row that others hold would wait for them, so that such rows
        must be told from those that do not exist.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH locked AS MATERIALIZED (
                    SELECT id, tier_id, since FROM loyalty_membership
                     WHERE company_id = %(company)s AND partner_id IN %(partners)s
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                SELECT member.partner_id, locked.id, locked.tier_id, locked.since
                  FROM loyalty_membership member
                  LEFT JOIN locked ON locked.id = member.id
                 WHERE member.company_id = %(company)s
                   AND member.partner_id IN %(partners)s
                """,
                company=company.id,
                partners=tuple(partner_ids),
            )
        )
        return {partner_id: tuple(values) for partner_id, *values in rows}

    @api.model
    def _get_window_entries(self, company, partner_ids, today):
        """Purchases by day, as many as can matter to the engine."""
        purchases = {}
        for partner_id, day, amount in self.env.execute_query(
            SQL(
                """
                SELECT partner_id, date, sum(amount) FROM loyalty_activity
                 WHERE company_id = %s AND partner_id IN %s AND date >= %s
                 GROUP BY partner_id, date
                """,
                company.id,
                tuple(partner_ids),
                engine.window_start(today),
            )
        ):
            purchases.setdefault(partner_id, []).append((day, amount))
        return purchases

    @api.model
    def _write_members(self, rows):
        if not rows:
            return
        values = SQL(", ").join(
            SQL("(%s, %s::int, %s::date, %s::numeric, %s::date, %s)", *row)
            for row in rows
        )
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_membership member
                   SET tier_id = new.tier_id, since = new.since, amount = new.amount,
                       next_review = new.next_review,
                       write_uid = CASE WHEN new.changed THEN %s
                                        ELSE member.write_uid END,
                       write_date = CASE WHEN new.changed
                           THEN clock_timestamp() AT TIME ZONE 'UTC'
                           ELSE member.write_date END
                  FROM (VALUES %s)
                       AS new (id, tier_id, since, amount, next_review, changed)
                 WHERE member.id = new.id
             RETURNING member.id
                """,
                self.env.uid,
                values,
            )
        )

    @api.model
    def _make_members(self, company, rows):
        """Insert members; those who exist are locked by others and left out.

        :return: ids of the partners who became members
        :rtype: set[int]
        """
        if not rows:
            return set()
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp() AT TIME ZONE "
                "'UTC', clock_timestamp() AT TIME ZONE 'UTC')",
                row[0],
                company.id,
                *row[1:],
                self.env.uid,
                self.env.uid,
            )
            for row in rows
        )
        made = self.env.execute_query(
            SQL(
                """
                INSERT INTO loyalty_membership (
                    partner_id, company_id, tier_id, since, amount, next_review,
                    create_uid, write_uid, create_date, write_date
                ) VALUES %s
                ON CONFLICT (partner_id, company_id) DO NOTHING
                RETURNING partner_id
                """,
                values,
            )
        )
        return {partner_id for [partner_id] in made}

    @api.model
    def _forget_cached(self):
        """Rows were written in SQL: nothing that was read before may be trusted."""
        self.invalidate_model(flush=False)
        self.env["res.partner"].invalidate_model(
            [
                name
                for name in self.env["res.partner"]._fields
                if name[:8] == "loyalty_"
            ],
            flush=False,
        )

    def _get_best_tiers(self):
        """Highest tier per company and since when: (company id, tier id, day)."""
        best = {}
        for member in self.sorted(lambda member: member.tier_id.threshold):
            best[member.company_id.id] = (member.tier_id.id or None, member.since)
        return [(company_id, *values) for company_id, values in best.items()]

    @api.model
    def _adopt(self, partner, tiers):
        """Give a partner who took over others their tiers, as far as these are higher.

        :param tiers: see ``_get_best_tiers``
        """
        for company_id, tier_id, since in tiers:
            company = self.env["res.company"].browse(company_id)
            row = (tier_id, since, 0.0, None)
            if not self._make_members(company, [(partner.id, *row)]):
                member = self.search(
                    [("partner_id", "=", partner.id), ("company_id", "=", company_id)]
                )
                self._write_members([(member.id, *row, member.tier_id.id != tier_id)])
        self._evaluate({(partner.id, company_id) for company_id, *_row in tiers})

    @api.model
    def _after_tier_change(self, changes):
        """Hook for what follows a change of tier, e.g. a message to the customer.

        Runs in the transaction of the receipt, so it must be quick and must not fail.

        :param changes: (partner id, company id, old tier id, new tier id), ids of
            tiers being None for no tier
        """

    @api.model
    def _get_due_domain(self, company):
        """Memberships whose tier may have to change today."""
        return Domain("company_id", "=", company.id) & Domain(
            "next_review", "<=", company._get_loyalty_today()
        )

    @api.model
    def _cron_review(self, batch_size=1000):
        """Look at the customers who are due, and at nobody else."""
        self._review_pending(batch_size)
        for company in self.env["loyalty.tier"]._get_companies():
            domain = self._get_due_domain(company)
            while due := self.search(
                domain, order="next_review, id", limit=batch_size
            ).try_lock_for_update(allow_referencing=True):
                pairs = {(member.partner_id.id, company.id) for member in due}
                self._evaluate(pairs, allow_downgrade=True)
                if not self.env["ir.cron"]._commit_progress(len(due)):
                    self.env["loyalty.tier"]._trigger_review()
                    return

    @api.model
    def _review_pending(self, batch_size):
        """Customers whose purchase could not be evaluated at the till."""
        while pairs := set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT partner_id, company_id FROM loyalty_activity
                     WHERE pending LIMIT %s
                    """,
                    batch_size,
                )
            )
        ):
            done = pairs - self._evaluate(pairs)
            if not done:
                # still busy: the next run finds them again
                return
            self.env.execute_query(
                SQL(
                    """
                    UPDATE loyalty_activity SET pending = FALSE
                     WHERE pending AND (partner_id, company_id) IN %s
                 RETURNING id
                    """,
                    tuple(done),
                )
            )
            if not self.env["ir.cron"]._commit_progress(len(done)):
                self.env["loyalty.tier"]._trigger_review()
                return
