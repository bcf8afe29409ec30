from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_orders_duplicate import MOST_AT_ONCE

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

    crm_orders_merge_count = fields.Integer(
        "Merged Cards",
        compute="_compute_crm_orders_merge_count",
        groups="crm_orders_base.group_manager",
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

    def _compute_crm_orders_merge_count(self):
        counts = dict(
            self.env["crm_orders.merge"]._read_group(
                [("kept_id", "in", self.ids), ("state", "=", "done")],
                ["kept_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.crm_orders_merge_count = counts.get(partner._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._crm_orders_check_vals(vals)
            if "default_crm_orders_merged_into_id" in self.env.context:
                self = self.with_context(default_crm_orders_merged_into_id=False)
        partners = super().create(vals_list)
        partners._crm_orders_sync_identities()
        return partners

    def write(self, vals):
        self._crm_orders_check_vals(vals)
        if vals.get("active") and not self.env.su:
            self._crm_orders_check_not_merged()
        result = super().write(vals)
        if {"phone", "email"} & vals.keys():
            self._crm_orders_sync_identities(emptied=True)
        elif vals.keys() & set(self._phone_get_sanitize_triggers()):
            self._crm_orders_sync_identities()
        return result

    def action_crm_orders_view_merges(self):
        """Open the merges that this card has taken part in."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_identity.crm_orders_merge_action"
        )
        return {**action, "domain": [("kept_id", "=", self.id)], "context": {}}

    def action_crm_orders_merge(self):
        """Ask whether these customers are the same person, to merge them."""
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager of Orders may merge customers.")
            )
        self.check_access("write")
        # A client may send the same number twice.
        self = self.union()
        if not 2 <= len(self) <= MOST_AT_ONCE:
            raise UserError(
                self.env._("Choose from two to %s customers to merge.", MOST_AT_ONCE)
            )
        order = self.env["crm_orders.merge"]._sort_to_keep(self)
        questions = self.env["crm_orders.duplicate"]
        vals = questions._prepare_partner_vals(order[-1], order[:-1], "chosen")
        vals["chosen_id"] = order[:1].id
        question = questions.sudo().create(vals)
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm_orders.duplicate",
            "res_id": question.id,
            "views": [(False, "form")],
        }

    def action_crm_orders_erase(self):
        """Ask before what these customers have sent is erased."""
        return self.env["crm_orders.erase"]._get_action(partner_ids=self.ids)

    @api.model
    def _crm_orders_check_vals(self, vals):
        """Only a merge tells who took over whom: calls are answered by it."""
        if "crm_orders_merged_into_id" in vals and not self.env.su:
            raise AccessError(
                self.env._("Customers are merged with a button, not by writing so.")
            )

    def _crm_orders_check_not_merged(self):
        if self.sudo().crm_orders_merged_into_id:
            raise UserError(
                self.env._(
                    "This card was merged into another one. Undo the merge to get it back."
                )
            )

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
