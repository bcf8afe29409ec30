import hashlib

from odoo import api, models
from odoo.tools import SQL

from ..tools import handle as handle_tool
from ..tools import matching
from ..tools.matching import Match

# Rows looked at for one handle; far more than people who share one.
ROW_LIMIT = 100
# Locks are rows of a small table: two people in one bucket wait for each other in vain
# once in a while, and the table stays this small for ever.
LOCK_BUCKETS = 2**16


class CrmOrdersIdentityMatching(models.AbstractModel):
    """How it is told who somebody is, and kept whose a handle is: many at once."""

    _name = "crm_orders.identity.matching"
    _description = "Matching of Identities"

    # --- what others call ---

    @api.model
    def _match(self, handles_list, company=None):
        """Tell who people are, many at once, with one query.

        :param handles_list: for each person a list of handles, dicts of `kind`, `scope`,
            `value` and perhaps `country`, the code of the country for phone numbers
        :param company: the company that people turned to. Its customers and the shared
            ones are looked at, those of other companies never.
        :return: list of `Match`, in the same order
        """
        company = company or self.env.company
        persons = [
            dict.fromkeys(
                lookup
                for found in self._normalise_handles(handles, company)
                for lookup in handle_tool.lookups(*found)
            )
            for handles in handles_list
        ]
        keys = list(dict.fromkeys(lookup[1:] for found in persons for lookup in found))
        rows = self._fetch_rows(keys, company) if keys else {}
        reason = self.env["crm_orders.duplicate"]._fields["reason"]
        reasons = dict(reason._description_selection(self.env))
        return [
            self._to_match(
                matching.decide(
                    [
                        {**row, "strength": strength, "handle": f"{kind} {value}"}
                        for strength, kind, scope, value in found
                        for row in rows.get((kind, scope, value), ())
                    ]
                ),
                reasons,
            )
            for found in persons
        ]

    @api.model
    def _claim(self, handles, partner=None, lead=None, company=None):
        """Identities of these handles, found or made.

        Claim what the channel vouches for only: who writes with an account has it, but
        a form is filled in with whatever somebody likes.

        An account that has a customer keeps it; one without takes `partner`, or waits
        for the customer of `lead`. Phone numbers and addresses are of customers only, so
        they are left out without `partner`. Who claims at the same time as another
        transaction gets a `SerializationFailure` and starts over.

        :param handles: as for `_match`, with an optional `name` to show
        :param company: that was written to, otherwise the lead's or the customer's
        :return: identities, in the order of the handles that are ones
        """
        lead = lead or self.env["crm.lead"]
        partner = (partner or self.env["res.partner"]).sudo()
        partner = partner.crm_orders_merged_into_id or partner
        company = company or lead.company_id or partner.company_id or self.env.company
        wanted = {}
        for kind, scope, value, name in self._normalise_handles(
            handles, company, with_names=True
        ):
            if partner or kind not in handle_tool.SHARED_KINDS:
                wanted.setdefault((kind, scope, value), name)
        if not wanted:
            return self.browse()
        rows = self._fetch_claimed(list(wanted), partner, company)
        missing = [key for key in wanted if key not in rows]
        if missing:
            self._insert_claimed(missing, wanted, partner, lead, company)
            rows |= self._fetch_claimed(missing, partner, company)
        for key, row in rows.items():
            vals = {}
            identity = self.sudo().browse(row["identity"])
            if not row["usable"] and partner:
                vals["partner_id"] = partner.id
            elif not row["usable"] and row["lead"] != lead.id and lead:
                vals |= {"partner_id": False, "lead_id": lead.id}
            if wanted[key] and row["display"] != wanted[key]:
                vals["display"] = wanted[key]
            if vals:
                identity.write(vals)
        return self.browse(rows[key]["identity"] for key in wanted)

    @api.model
    def _lock(self, handles, company=None):
        """Let nobody else lock any of these handles until this transaction ends.

        Whoever looks for a person and then makes a lead locks the person first. When
        another transaction has had one of the locks since this one began, it has made
        things that this one cannot see, whatever it waits for. Then a
        `SerializationFailure` is raised: roll back and begin anew.

        Advisory locks would not do: who gets one after waiting still sees the database
        as it was before.
        """
        keys = {
            lookup[1:]
            for found in self._normalise_handles(handles, company or self.env.company)
            for lookup in handle_tool.lookups(*found)
        }
        buckets = {
            int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=4).digest())
            % LOCK_BUCKETS
            for key in keys
        }
        if buckets:
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO crm_orders_identity_lock (bucket)
                    SELECT unnest(%s)
                    ON CONFLICT (bucket) DO UPDATE SET bucket = EXCLUDED.bucket
                    RETURNING bucket
                    """,
                    sorted(buckets),
                )
            )

    # --- how it is done ---

    @api.model
    def _normalise_handles(self, handles, company, with_names=False):
        """(kind, scope, value) of the handles that are ones, and what to show."""
        found = []
        for given in handles:
            kind = given.get("kind")
            country = given.get("country") or company.country_code
            value = handle_tool.normalise(kind, given.get("value"), country)
            scope = handle_tool.scope_of(kind, given.get("scope"))
            if not value or scope is None:
                continue
            key = (kind, scope, value)
            if with_names:
                key += (handle_tool.clean_name(given.get("name")),)
            found.append(key)
        return found

    @api.model
    def _fetch_rows(self, keys, company):
        """Known rows by handle, as `matching.decide` reads them.

        Customers who were merged away stand for those who took over. Archived customers
        and those of other companies are nobody here.
        """
        self.flush_model()
        self.env["res.partner"].flush_model(
            [
                "active",
                "company_id",
                "commercial_partner_id",
                "crm_orders_merged_into_id",
            ]
        )
        company_ids = company.sudo().parent_ids.ids
        found = self.env.execute_query_dict(
            SQL(
                """
                SELECT key.position, identity.*
                  FROM unnest(%(kinds)s::text[], %(scopes)s::text[], %(values)s::text[])
                       WITH ORDINALITY AS key (kind, scope, value, position)
                 CROSS JOIN LATERAL (
                    SELECT identity.id AS identity,
                           partner.id AS partner,
                           entity.id AS entity,
                           entity.active AND (
                               entity.company_id IS NULL
                               OR entity.company_id = ANY(%(companies)s)
                           ) AS entity_usable
                      FROM crm_orders_identity identity
                      LEFT JOIN res_partner known ON known.id = identity.partner_id
                      LEFT JOIN res_partner partner
                        ON partner.id
                           = COALESCE(known.crm_orders_merged_into_id, known.id)
                       AND partner.active
                       AND (
                           partner.company_id IS NULL
                           OR partner.company_id = ANY(%(companies)s)
                       )
                      LEFT JOIN res_partner entity
                        ON entity.id = partner.commercial_partner_id
                     WHERE identity.value = key.value
                       AND identity.kind = key.kind
                       AND identity.scope = key.scope
                       AND (
                           partner.id IS NOT NULL
                           OR identity.company_id = %(company)s
                              AND identity.partner_id IS NULL
                       )
                     LIMIT %(limit)s
                 ) identity
                 ORDER BY key.position, identity.identity
                """,
                kinds=[key[0] for key in keys],
                scopes=[key[1] for key in keys],
                values=[key[2] for key in keys],
                companies=company_ids,
                company=company.id,
                limit=ROW_LIMIT,
            )
        )
        rows = {}
        for row in found:
            rows.setdefault(keys[row.pop("position") - 1], []).append(row)
        return rows

    @api.model
    def _to_match(self, decision, reasons):
        partners = self.env["res.partner"].browse(decision["candidates"])
        return Match(
            partners.browse(decision["partner"] or ()),
            self.browse(decision["identity"] or ()),
            decision["certainty"],
            partners,
            reasons[decision["reason"]],
            decision["reason"],
        )

    @api.model
    def _fetch_claimed(self, keys, partner, company):
        """The row that a claim gets, by handle, and whether its customer is one."""
        self.flush_model()
        self.env["res.partner"].flush_model(
            ["active", "company_id", "crm_orders_merged_into_id"]
        )
        found = self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (key.position)
                       key.position,
                       identity.id AS identity,
                       identity.lead_id AS lead,
                       identity.display,
                       partner.id IS NOT NULL AS usable
                  FROM unnest(%(kinds)s::text[], %(scopes)s::text[], %(values)s::text[])
                       WITH ORDINALITY AS key (kind, scope, value, position)
                  JOIN crm_orders_identity identity
                    ON identity.value = key.value
                   AND identity.kind = key.kind
                   AND identity.scope = key.scope
                  LEFT JOIN res_partner known ON known.id = identity.partner_id
                  LEFT JOIN res_partner partner
                    ON partner.id = COALESCE(known.crm_orders_merged_into_id, known.id)
                   AND partner.active
                   AND (
                       partner.company_id IS NULL
                       OR partner.company_id = ANY(%(companies)s)
                   )
                 WHERE partner.id = %(partner)s
                    OR identity.partner_id = %(partner)s
                    OR key.kind != ALL(%(shared)s) AND identity.company_id = %(company)s
                 ORDER BY key.position,
                       (identity.company_id = %(company)s) DESC NULLS LAST
                """,
                kinds=[key[0] for key in keys],
                scopes=[key[1] for key in keys],
                values=[key[2] for key in keys],
                companies=company.sudo().parent_ids.ids,
                company=company.id,
                partner=partner.id or None,
                shared=list(handle_tool.SHARED_KINDS),
            )
        )
        return {keys[row["position"] - 1]: row for row in found}

    @api.model
    def _insert_claimed(self, keys, names, partner, lead, company):
        """Add rows; whoever adds the same ones at the same time has to start over."""
        # What the new rows point at has to be in the database.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_orders_identity (
                    kind, scope, value, display, origin, partner_id, lead_id, company_id,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT kind, scope, value, display, 'channel', %(partner)s, %(lead)s,
                       %(company)s, %(uid)s, now() AT TIME ZONE 'UTC',
                       %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM unnest(%(kinds)s::text[], %(scopes)s::text[], %(values)s::text[],
                              %(names)s::text[])
                    AS claimed (kind, scope, value, display)
                    ON CONFLICT DO NOTHING
                """,
                kinds=[key[0] for key in keys],
                scopes=[key[1] for key in keys],
                values=[key[2] for key in keys],
                names=[names[key] or handle_tool.show(key[0], key[2]) for key in keys],
                partner=partner.id or None,
                lead=None if partner else lead.id or None,
                company=company.id,
                uid=self.env.uid,
            )
        )
        partner.invalidate_recordset(["crm_orders_identity_ids"], flush=False)
        lead.sudo().invalidate_recordset(["crm_orders_identity_ids"], flush=False)
