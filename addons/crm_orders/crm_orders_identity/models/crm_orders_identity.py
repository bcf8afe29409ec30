from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..tools import handle as handle_tool

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
FILL_BATCH = 100_000


class CrmOrdersIdentity(models.Model):
    """A number, an address or an account in a messenger that somebody is known by.

    The handles of `tools/handle.py`, stored. Phone numbers and addresses may belong to
    several customers and follow the cards of these; an account in a messenger belongs
    to one person, and to nobody until the lead that it came with gets its customer.
    """

    _name = "crm_orders.identity"
    _inherit = "crm_orders.identity.matching"
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
