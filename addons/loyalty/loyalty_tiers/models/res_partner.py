from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Shows the tier that the customer has in the current company.

    The contacts of a company have its tier. Nothing is stored on the partner, so that
    a purchase never writes to it.
    """

    _inherit = "res.partner"

    loyalty_membership_id = fields.Many2one(
        "loyalty.membership",
        compute="_compute_loyalty_membership",
        help="Membership of the customer in the current company.",
    )
    loyalty_tier_id = fields.Many2one(
        "loyalty.tier",
        compute="_compute_loyalty_membership",
        search="_search_loyalty_tier_id",
        help="Level of the customer by net purchases of the last 12 months.",
    )
    loyalty_tier_color = fields.Integer(compute="_compute_loyalty_membership")
    loyalty_amount = fields.Monetary(
        string="Purchases in 12 Months", compute="_compute_loyalty_membership"
    )
    loyalty_next_tier_id = fields.Many2one(
        "loyalty.tier", compute="_compute_loyalty_membership"
    )
    loyalty_missing_amount = fields.Monetary(
        string="Missing for the Next Tier", compute="_compute_loyalty_membership"
    )
    loyalty_progress = fields.Float(
        string="Way to the Next Tier (%)", compute="_compute_loyalty_membership"
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_loyalty_membership(self):
        members = self._get_loyalty_members(self.env.company)
        for partner in self:
            member = members.get(
                partner.commercial_partner_id._origin.id, self.env["loyalty.membership"]
            )
            partner.loyalty_membership_id = member
            partner.loyalty_tier_id = member.tier_id
            partner.loyalty_tier_color = member.tier_id.color
            partner.loyalty_amount = member.amount
            partner.loyalty_next_tier_id = member.next_tier_id
            partner.loyalty_missing_amount = member.missing_amount
            partner.loyalty_progress = member.progress

    @api.model
    def _search_loyalty_tier_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        Membership = self.env["loyalty.membership"]
        members = Domain("company_id", "=", self.env.company.id)
        if operator == "any":
            found = Membership._search(members & Domain("tier_id", "any", value))
            return Domain(
                "commercial_partner_id.id", "in", found.subselect("partner_id")
            )
        wanted = set(value)
        without_tier = False in wanted
        found = Membership._search(
            members & Domain("tier_id", "in", list(wanted - {False}))
        ).subselect("partner_id")
        domain = Domain("commercial_partner_id", "in", found)
        if without_tier:
            tiered = Membership._search(
                members & Domain("tier_id", "!=", False)
            ).subselect("partner_id")
            domain |= Domain("commercial_partner_id", "not in", tiered)
        return domain

    def _get_loyalty_members(self, company):
        """Memberships by commercial partner, of a company; none when not allowed."""
        Membership = self.env["loyalty.membership"]
        if not (
            self.env["loyalty.tier"]._get_engine_tiers(company.id)
            and Membership.has_access("read")
        ):
            return {}
        members = Membership.search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id._origin.ids),
                ("company_id", "=", company.id),
            ],
            ["partner_id", "company_id", "tier_id", "amount"],
        )
        return {member.partner_id.id: member for member in members}

    def _compute_application_statistics_hook(self):
        """Badge on the cards and in the list of customers."""
        statistics = super()._compute_application_statistics_hook()
        for partner in self:
            if tier := partner.loyalty_tier_id:
                statistics[partner.id].append(
                    {
                        "iconClass": "fa-star",
                        "value": tier.name,
                        "label": self.env._("Loyalty tier"),
                        "tagClass": f"o_tag_color_{tier.color}",
                    }
                )
        return statistics

    def action_open_loyalty_activities(self):
        self.ensure_one()
        return self._action_open_loyalty_activities(self.env.company)

    def _action_open_loyalty_activities(self, company):
        """Ledger of the customer in one company."""
        self.ensure_one()
        partner = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_tiers.loyalty_activity_action"
        )
        action["domain"] = [
            ("partner_id", "=", partner.id),
            ("company_id", "=", company.id),
        ]
        action["context"] = {"default_partner_id": partner.id}
        return action
