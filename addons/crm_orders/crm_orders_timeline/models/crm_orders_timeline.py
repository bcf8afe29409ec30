import heapq
from collections import namedtuple
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

MOST = 100

Scope = namedtuple("Scope", "partners leads")
Scope.__doc__ = """Whose timeline it is.

partners: the customer, the contacts of a company, and the cards merged into them
leads: domain of their leads
"""


class CrmOrdersTimeline(models.AbstractModel):
    """All that happened with a customer, newest first, page by page.

    Each module adds a kind and a feed of its own. A feed is asked for one page only, so
    a page costs two queries or so for each feed, however much happened.
    """

    _name = "crm_orders.timeline"
    _inherit = "crm_orders.timeline.feeds"
    _description = "Customer's Timeline"

    @api.model
    def _get_scope(self, partner, lead=None):
        partners = partner.with_context(active_test=False).browse()
        if partner:
            # Whoever sees a company sees its contacts, and access is checked for each
            # record that is shown.
            partners = partners.search([("id", "child_of", partner.ids)])
            partners |= partners.search(
                [("crm_orders_merged_into_id", "in", partners.ids)]
            )
            partners |= partner
        leads = Domain("partner_id", "in", partners.ids)
        if lead:
            leads = Domain("id", "in", lead.ids) | (leads if partner else Domain.FALSE)
        return Scope(partners, leads)

    @api.model
    def _get_page(self, scope, kinds=None, before=None, limit=30):
        """One page of a timeline.

        :param kinds: keys of those kinds that are wanted, all of them otherwise
        :param before: where the page before ended, its `next`
        :return: dict of
            entries: dicts of key, kind, date, title, text, and perhaps author,
                about (the document), direction ("in" or "out"), status, amount; model
                and res_id of what is to be opened
            next: for the next page; False at the end
            kinds: what there may be, for filters
        """
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(
                self.env._("Only sellers and managers of Orders see timelines.")
            )
        kinds, before, limit = self._check_arguments(kinds, before, limit)
        known = self._get_kinds()
        feeds = [
            feed
            for feed in self._get_feeds(scope)
            if feed.kind in known and self.env[feed.model].has_access("read")
        ]
        offered = {feed.kind for feed in feeds}
        # The place of a feed must not depend on which kinds are wanted.
        ranks = {name: rank for rank, name in enumerate(sorted(f.name for f in feeds))}
        wanted = [feed for feed in feeds if not kinds or feed.kind in kinds]
        found = heapq.merge(
            *(
                self._fetch(feed, ranks[feed.name], before, limit + 1)
                for feed in wanted
            ),
            key=lambda row: (-row[0].timestamp(), row[1], -row[2]),
        )
        rows = [row for row, _count in zip(found, range(limit + 1), strict=False)]
        page = rows[:limit]
        by_rank = {ranks[feed.name]: feed for feed in wanted}
        described = {}
        for rank, feed in by_rank.items():
            records = self.env[feed.model].sudo(feed.sudo or self.env.su)
            records = records.browse(row[2] for row in page if row[1] == rank)
            if records:
                described[rank] = feed.describe(records)
        return {
            "entries": [
                {
                    "key": f"{by_rank[rank].name}-{record_id}",
                    "kind": by_rank[rank].kind,
                    "date": fields.Datetime.to_string(moment),
                    **described[rank][record_id],
                }
                for moment, rank, record_id in page
            ],
            "next": (
                [page[-1][0].isoformat(), *page[-1][1:]] if len(rows) > limit else False
            ),
            "kinds": [
                {"key": key, **kind} for key, kind in known.items() if key in offered
            ],
        }

    @api.model
    def _fetch(self, feed, rank, before, limit):
        """(moment, rank, id) of the newest records of a feed, before a place."""
        records = self.env[feed.model].sudo(feed.sudo or self.env.su)
        query = records.with_context(active_test=False)._search(
            Domain(feed.domain) & Domain(feed.date, "!=", False)
        )
        moment = records._field_to_sql(records._table, feed.date, query)
        identifier = SQL.identifier(records._table, "id")
        if before:
            date, last_rank, last_id = before
            if rank < last_rank:
                place = SQL("%s < %s", moment, date)
            elif rank > last_rank:
                place = SQL("%s <= %s", moment, date)
            else:
                place = SQL("(%s, %s) < (%s, %s)", moment, identifier, date, last_id)
            query.add_where(place)
        query.order = SQL("%s DESC, %s DESC", moment, identifier)
        query.limit = limit
        rows = self.env.execute_query(query.select(moment, identifier))
        return [(date, rank, record_id) for date, record_id in rows]

    @api.model
    def _check_arguments(self, kinds, before, limit):
        """Arguments as they come from a client, checked."""
        try:
            kinds = {str(kind) for kind in kinds or ()}
            if before:
                moment, rank, record_id = before
                before = (datetime.fromisoformat(moment), int(rank), int(record_id))
                if before[0].tzinfo or not 0 <= before[2] < 2**31:
                    raise ValueError
            limit = min(max(int(limit), 1), MOST)
        except (TypeError, ValueError):
            raise ValidationError(
                self.env._("This is no place in a timeline.")
            ) from None
        return kinds, before or None, limit
