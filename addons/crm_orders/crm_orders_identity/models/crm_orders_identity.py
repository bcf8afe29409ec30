import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..tools import handle as handle_tool
from ..tools import matching
from ..tools.matching import Match

KINDS = [
    (handle_tool.PHONE, "Phone"),
    (handle_tool.EMAIL, "E-mail"),
    (handle_tool.TELEGRAM, "Telegram"),
    (handle_tool.TELEGRAM_USERNAME, "Telegram Name"),
    (handle_tool.WHATSAPP, "WhatsApp"),
    (handle_tool.MESSENGER, "Messenger"),
    (handle_tool.INSTAGRAM, "Instagram"),
    (handle_tool.VK, "VK"),
    (handle_tool.VIBER, "Viber"),
]
# Rows looked at for one handle; far more than people who share one.
ROW_LIMIT = 100
FILL_BATCH = 100_000
# Locks are rows of a small table: two people in one bucket wait for each other in vain
# once in a while, and the table stays this small for ever.
LOCK_BUCKETS = 2**16


class CrmOrdersIdentity(models.Model):
    """A number, an address or an account in a messenger that somebody is known by.

    The handles of `tools/handle.py`, stored. Phone numbers and addresses may belong to
    several customers and follow the cards of these; an account in a messenger belongs
    to one person, and to nobody until the lead that it came with gets its customer.
    """

    _name = "crm_orders.identity"
    _description = "Customer's Identity"
    _order = "kind, id"
    _rec_name = "display"
    _rec_names_search = ["display", "value"]

    kind = fields.Selection(
        KINDS, required=True, help="What this is, and so how the customer is reached."
    )
    scope = fields.Char(
        "Page or Account",
        default="",
        help="Messenger, Instagram and Viber number people anew for each page, account "
        "or bot of yours. This is the one by which the customer has this number.",
    )
    value = fields.Char(
        required=True,
        index="trigram",
        help="The number, address or id. Numbers are written with their country.",
    )
    display = fields.Char(
        "Shown As",
        index="trigram",
        help="How people know it, for example the name in the messenger.",
    )
    origin = fields.Selection(
        [
            ("card", "Card"),
            ("channel", "Message or Call"),
            ("manual", "By Hand"),
            ("merged", "Merged Card"),
        ],
        required=True,
        readonly=True,
        default="manual",
        help="Card: follows the phone number and address of the customer.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="cascade"
    )
    lead_id = fields.Many2one(
        "crm.lead",
        "Came With",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="The lead that it came with while nobody was known as the customer.",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        ondelete="cascade",
        help="The company that was written to. Each company gets to know people itself.",
    )

    # One index tells doubles apart and finds rows by their handle.
    _handle_uniq = models.UniqueIndex(
        "(value, kind, scope, (CASE WHEN kind IN ('phone', 'email', 'telegram_username')"
        " THEN partner_id ELSE company_id END))",
        "This number, address or account is known already.",
    )
    _shared_has_partner = models.Constraint(
        "CHECK (partner_id IS NOT NULL"
        " OR kind NOT IN ('phone', 'email', 'telegram_username'))",
        "A phone number or an address needs a customer that it belongs to.",
    )

    def init(self):
        result = super().init()
        # No model: nothing but `_lock` uses it, and after a crash it may be empty.
        self.env.cr.execute(
            "CREATE UNLOGGED TABLE IF NOT EXISTS crm_orders_identity_lock"
            " (bucket integer PRIMARY KEY)"
        )
        return result

    @api.depends("kind", "display", "value")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for identity in self:
            shown = identity.display or identity.value or ""
            identity.display_name = f"{kinds.get(identity.kind, '')}: {shown}"

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            {
                # All three, as a client could send defaults for them.
                "origin": "manual",
                "lead_id": False,
                "company_id": self.env.company.id,
                **self._check_hand_vals(vals),
                **self._prepare_handle_vals(vals),
            }
            for vals in vals_list
        ]
        identities = super().create(vals_list)
        identities.partner_id.check_access("read")
        return identities

    def write(self, vals):
        self._check_hand_vals(vals)
        changes_handle = {"kind", "scope", "value"} & vals.keys()
        if changes_handle or "partner_id" in vals:
            self._check_not_on_card()
        before = self.partner_id
        if "display" in vals:
            vals = {**vals, "display": handle_tool.clean_name(vals["display"])}
        if not changes_handle:
            super().write(vals)
        for identity in self if changes_handle else ():
            current = {
                "kind": identity.kind,
                "scope": identity.scope,
                "value": identity.value,
                "partner_id": identity.partner_id.id,
            }
            super(CrmOrdersIdentity, identity).write(
                {**vals, **self._prepare_handle_vals({**current, **vals})}
            )
        if "partner_id" in vals:
            # The rules have looked at the old customer; the new one counts as well.
            self.check_access("write")
            self.partner_id.check_access("read")
        if changes_handle or "partner_id" in vals:
            self._sync_cards((before | self.partner_id).sudo())
        return True

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        # What was written down by hand may be on the card as well.
        self._sync_cards(partners.sudo())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_card(self):
        self._check_not_on_card()

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

    # --- in step with the cards of customers ---

    @api.model
    def _sync_cards(self, partners):
        """Make and drop identities so that they are what is on the cards."""
        if not partners:
            return
        wanted = [
            (partner.id, kind, value, shown)
            for partner in partners
            for kind, value, shown in (
                (handle_tool.PHONE, partner.phone_sanitized, partner.phone),
                (handle_tool.EMAIL, partner.email_normalized, partner.email_normalized),
            )
            # An index cannot hold texts of any length.
            if value and len(value) <= handle_tool.EMAIL_LENGTH
        ]
        columns = zip(*wanted, strict=True) if wanted else ([], [], [], [])
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH wanted AS (
                    SELECT *
                      FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[])
                        AS wanted (partner_id, kind, value, display)
                ), gone AS (
                    DELETE FROM crm_orders_identity identity
                     WHERE origin = 'card'
                       AND partner_id = ANY(%s)
                       AND NOT EXISTS (
                           SELECT FROM wanted
                            WHERE wanted.partner_id = identity.partner_id
                              AND wanted.kind = identity.kind
                              AND wanted.value = identity.value
                       )
                )
                INSERT INTO crm_orders_identity (
                    partner_id, kind, value, display, scope, origin,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT partner_id, kind, value, display, '', 'card',
                       %s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC'
                  FROM wanted
                    ON CONFLICT DO NOTHING
                """,
                *(list(column) for column in columns),
                partners.ids,
                self.env.uid,
                self.env.uid,
            )
        )
        self.invalidate_model(flush=False)
        partners.invalidate_recordset(["crm_orders_identity_ids"], flush=False)

    @api.model
    def _fill_cards(self):
        """Make the identities of all cards at once, in a database that has many."""
        self.env["res.partner"].flush_model()
        self.env.cr.execute("SELECT COALESCE(max(id), 0) FROM res_partner")
        last = self.env.cr.fetchone()[0]
        for start in range(0, last + 1, FILL_BATCH):
            for kind, value, display in (
                (handle_tool.PHONE, "phone_sanitized", "phone"),
                (handle_tool.EMAIL, "email_normalized", "email_normalized"),
            ):
                self.env.cr.execute(
                    SQL(
                        """
                        INSERT INTO crm_orders_identity (
                            partner_id, kind, value, display, scope, origin,
                            create_uid, create_date, write_uid, write_date
                        )
                        SELECT id, %(kind)s, %(value)s, %(display)s, '', 'card',
                               %(uid)s, now() AT TIME ZONE 'UTC',
                               %(uid)s, now() AT TIME ZONE 'UTC'
                          FROM res_partner
                         WHERE id BETWEEN %(start)s AND %(end)s
                           AND %(value)s != ''
                           AND length(%(value)s) <= %(length)s
                            ON CONFLICT DO NOTHING
                        """,
                        kind=kind,
                        value=SQL.identifier(value),
                        display=SQL.identifier(display),
                        uid=self.env.uid,
                        start=start,
                        end=start + FILL_BATCH - 1,
                        length=handle_tool.EMAIL_LENGTH,
                    )
                )
        self.env["res.partner"].invalidate_model(["crm_orders_identity_ids"])

    @api.model
    def _detach_cards(self, partners):
        """Keep numbers and addresses of contacts that are about to be merged away."""
        cards = self.sudo().search(
            [("partner_id", "in", partners.ids), ("origin", "=", "card")]
        )
        cards.write({"origin": "merged"})
        return cards

    @api.model
    def _attach_cards(self, partner, ids):
        """Undo `_detach_cards` for those that are the contact's again."""
        cards = self.sudo().search([("id", "in", ids), ("partner_id", "=", partner.id)])
        cards.write({"origin": "card"})

    # --- helpers ---

    @api.model
    def _check_hand_vals(self, vals):
        """People write down handles; where these came from is not theirs to tell."""
        if {"origin", "lead_id", "company_id"} & vals.keys() and not self.env.su:
            raise AccessError(
                self.env._("Where an identity came from cannot be changed by hand.")
            )
        return vals

    @api.model
    def _prepare_handle_vals(self, vals):
        """The values of a handle as somebody typed it, in the one way to write it."""
        kind = vals.get("kind")
        scope = handle_tool.scope_of(kind, vals.get("scope"))
        if scope is None:
            raise ValidationError(
                self.env._(
                    "Tell the page, account or bot by which the customer has this id."
                )
            )
        partner = self.env["res.partner"].browse(vals.get("partner_id") or ())
        # In which country a contact is tells nobody more than the number itself.
        country = partner.sudo().country_id or self.env.company.country_id
        value = handle_tool.normalise(kind, vals.get("value"), country.code)
        if not value:
            kinds = dict(self._fields["kind"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "“%(value)s” cannot be read. Check it, or choose another kind than"
                    " %(kind)s.",
                    value=vals.get("value") or "",
                    kind=kinds.get(str(kind), kind),
                )
            )
        shown = handle_tool.clean_name(vals.get("display"))
        return {
            "scope": scope,
            "value": value,
            "display": shown or handle_tool.show(kind, value),
        }

    def _check_not_on_card(self):
        if not self.env.su and any(one.origin == "card" for one in self):
            raise UserError(
                self.env._(
                    "Change the phone number and the e-mail address of a customer on the"
                    " card itself; this list follows."
                )
            )

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
