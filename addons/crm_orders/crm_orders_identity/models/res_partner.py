from odoo import api, fields, models

CHANNELS = [
    ("phone", "Phone Call"),
    ("sms", "Text Message"),
    ("email", "E-mail"),
    ("telegram", "Telegram"),
    ("whatsapp", "WhatsApp"),
    ("messenger", "Messenger"),
    ("instagram", "Instagram"),
    ("vk", "VK"),
    ("viber", "Viber"),
]


class ResPartner(models.Model):
    """Customers are known by everything they are reached by, not only by two fields."""

    _inherit = "res.partner"

    crm_orders_identity_ids = fields.One2many(
        "crm_orders.identity",
        "partner_id",
        "Known As",
        copy=False,
        groups="crm_orders_base.group_user",
        help="Numbers, addresses and messenger accounts of this customer. Whoever calls "
        "or writes from one of them is recognised.",
    )
    crm_orders_preferred_channel = fields.Selection(
        CHANNELS, "Prefers", help="How this customer likes to be contacted."
    )
    crm_orders_preferred_from = fields.Float(
        "Best From",
        help="From when on this customer likes to be contacted, in the customer's own "
        "time zone.",
    )
    crm_orders_preferred_to = fields.Float(
        "Best Until",
        help="Until when this customer likes to be contacted. Leave both times at 0:00 "
        "when any time is fine.",
    )
    crm_orders_merged_into_id = fields.Many2one(
        "res.partner",
        "Merged Into",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        help="The customer that took over everything of this one.",
    )

    _crm_orders_preferred_time = models.Constraint(
        """CHECK (
            crm_orders_preferred_from >= 0
            AND crm_orders_preferred_to <= 24
            AND (
                crm_orders_preferred_from < crm_orders_preferred_to
                OR crm_orders_preferred_from = 0 AND crm_orders_preferred_to = 0
            )
        )""",
        "The best time to contact a customer ends after it begins, between 0:00 and "
        "24:00.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._crm_orders_sync_identities()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if {"phone", "email"} & vals.keys():
            self._crm_orders_sync_identities(emptied=True)
        elif vals.keys() & set(self._phone_get_sanitize_triggers()):
            self._crm_orders_sync_identities()
        return result

    def _crm_orders_sync_identities(self, emptied=False):
        """Keep the identities of phone number and address in step with the card.

        :param emptied: whether somebody may have lost the number or the address
        """
        # Anybody may change a contact; the identities follow without rights on them.
        partners = self.sudo()
        if not emptied:
            partners = partners.filtered(
                lambda partner: partner.phone_sanitized or partner.email_normalized
            )
        self.env["crm_orders.identity"]._sync_cards(partners)
