from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext, ormcache

from ..tools import conditions


class CrmOrdersAssignCondition(models.AbstractModel):
    """For which leads a rule or a policy of a company is; the first that fits counts."""

    _name = "crm_orders.assign.condition"
    _inherit = "crm_orders.setup"
    _description = "Condition on Leads"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True, help="Archive it to keep it without it being applied."
    )
    sequence = fields.Integer(
        default=10, help="The first one that fits a lead is applied."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="Leads of this company, and leads that have no company yet.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        check_company=True,
        help="Only leads of these teams. Empty: of any team, or of none.",
    )
    source_ids = fields.Many2many(
        "utm.source",
        string="Origins",
        help="Only leads of these marketing origins, as Facebook or a website. A lead "
        "source gives its leads one as Default Origin. Empty: from anywhere.",
    )
    medium_ids = fields.Many2many(
        "utm.medium",
        string="Mediums",
        help="Only leads that came by one of these, as Phone or Email. Empty: by any.",
    )
    tag_ids = fields.Many2many(
        "crm.tag",
        string="Tags",
        help="Only leads with at least one of these tags, say a group of products.",
    )
    min_priority = fields.Selection(
        [("0", "Any"), ("1", "One star"), ("2", "Two stars"), ("3", "Three stars")],
        "Least Priority",
        required=True,
        default="0",
        help="Only leads with at least so many stars.",
    )
    zips = fields.Char(
        "Postal Codes",
        help="Only leads from there: single codes, ranges and beginnings, separated by "
        "commas. Example: 00100-00990, 33*, 20540.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        help="Empty: the working hours of the sales team, if it has any.",
    )

    @api.constrains("zips")
    def _check_zips(self):
        for record in self:
            try:
                conditions.parse_zips(record.zips)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no postal code, range of codes or beginning with a star.",
                        error,
                    )
                ) from error

    @api.model
    def _get_cached_fields(self):
        return {"active", "company_id", "sequence"}

    @api.model
    @ormcache("self._name")
    def _get_active_ids(self):
        """Ids of what is in use anywhere, by company, in order; cached, since every
        new lead asks and most shops have none.
        """
        groups = {}
        for record in self.sudo().search([("active", "=", True)]):
            groups.setdefault(record.company_id.id, []).append(record.id)
        return {company: tuple(ids) for company, ids in groups.items()}

    @api.model
    def _get_for_companies(self, companies):
        """What may be for leads of these companies, False standing for leads without
        one. Leads without a company are taken by the present company first.
        """
        active = self._get_active_ids()
        if not active:
            return self.sudo().browse()
        if False in companies:
            first = self.env.company.id
            wanted = sorted(active, key=lambda company: (company != first, company))
        else:
            wanted = [company for company in companies if company in active]
        return self.sudo().browse(
            [key for company in wanted for key in active[company]]
        )

    def _prepare_condition(self):
        """The condition as the engine takes it; glue modules extend the dict."""
        self.ensure_one()
        return {
            "teams": self.team_ids.ids,
            "sources": self.source_ids.ids,
            "mediums": self.medium_ids.ids,
            "tags": self.tag_ids.ids,
            "min_priority": int(self.min_priority),
            "zips": self.zips or "",
        }

    @api.model
    def _prepare_lead_facts(self, lead, with_text=False):
        """What conditions look at; glue modules extend the dict."""
        text = ""
        if with_text:
            text = f"{lead.name} {html2plaintext(lead.description or '')}"
        return {
            "id": lead.id,
            "companies": lead.company_id.ids,
            "team": lead.team_id.id,
            "source": lead.source_id.id,
            "medium": lead.medium_id.id,
            "campaign": lead.campaign_id.id,
            "tags": lead.tag_ids.ids,
            "language": lead.lang_id.id,
            "country": lead.country_id.id,
            "state": lead.state_id.id,
            "zip": lead.zip or "",
            "amount": lead.expected_revenue,
            "priority": int(lead.priority or 0),
            "text": text,
        }
