from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, split_every

from ..tools import matching

# Codes of `matching.decide`, and two reasons that people or the search for doubles give.
REASONS = [
    ("messenger", "The messenger account is this customer's."),
    (
        "messenger_but",
        "The messenger account is this customer's, but the phone number or e-mail address"
        " is somebody else's.",
    ),
    ("phone_email", "Phone number and e-mail address are this customer's."),
    ("phone", "The phone number is this customer's."),
    ("email", "The e-mail address is this customer's."),
    (
        "phone_or_email",
        "The phone number is one customer's and the e-mail address another's.",
    ),
    ("username", "The Telegram name is this customer's, but names change hands."),
    ("shared_messenger", "The messenger accounts are those of several customers."),
    (
        "shared_phone_email",
        "Several customers have this phone number and e-mail address.",
    ),
    ("shared_phone", "Several customers have this phone number."),
    ("shared_email", "Several customers have this e-mail address."),
    ("crowd", "So many customers have this that it tells nothing."),
    ("unknown", "No customer is known by this."),
    ("chosen", "Somebody asked for it."),
]
FIND_LIMIT = 200
FIND_PAGE = 1000
# So many customers at once can still be looked at by a person.
MOST_AT_ONCE = 10


class CrmOrdersDuplicate(models.Model):
    """A question for people: is this the same person as one whom we know already?

    Asked about the sender of a lead, or about a customer. Once answered it is not asked
    again.
    """

    _name = "crm_orders.duplicate"
    _description = "Possible Duplicate"
    _order = "id desc"

    lead_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The lead whose sender is perhaps known.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The customer who is perhaps there twice.",
    )
    candidate_ids = fields.Many2many(
        "res.partner",
        "crm_orders_duplicate_candidate_rel",
        "duplicate_id",
        "partner_id",
        "Perhaps the Same As",
        readonly=True,
    )
    compared_ids = fields.Many2many(
        "res.partner", string="Customers to Compare", compute="_compute_compared_ids"
    )
    chosen_id = fields.Many2one(
        "res.partner",
        "Is the Same As",
        compute="_compute_chosen_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who it is, if it is one of them.",
    )
    kept_id = fields.Many2one(
        "res.partner",
        "Keep",
        compute="_compute_kept_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        help="This card takes over everything of the other one, which is archived. "
        "Usually it is the older one that has orders.",
    )
    reason = fields.Selection(REASONS, required=True, readonly=True, default="chosen")
    state = fields.Selection(
        [
            ("open", "To Decide"),
            ("merged", "Same Person"),
            ("different", "Different Persons"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    merge_id = fields.Many2one("crm_orders.merge", readonly=True, ondelete="set null")
    decided_by = fields.Many2one("res.users", readonly=True, ondelete="set null")
    decided_on = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    contact_name = fields.Char("Name", compute="_compute_contact")
    contact_phone = fields.Char("Phone", compute="_compute_contact")
    contact_email = fields.Char("E-mail", compute="_compute_contact")

    _lead_open_uniq = models.UniqueIndex(
        "(lead_id) WHERE state = 'open'", "This lead is on the list already."
    )
    _open_idx = models.Index("(id) WHERE state = 'open'")
    _about_one = models.Constraint(
        "CHECK ((lead_id IS NULL) != (partner_id IS NULL))",
        "A question is about a lead or about a customer.",
    )

    @api.depends("partner_id", "candidate_ids")
    def _compute_compared_ids(self):
        for duplicate in self:
            duplicate.compared_ids = duplicate.partner_id | duplicate.candidate_ids

    @api.depends("candidate_ids")
    def _compute_chosen_id(self):
        for duplicate in self:
            only = duplicate.candidate_ids
            duplicate.chosen_id = only if len(only) == 1 else False

    @api.depends("partner_id", "chosen_id")
    def _compute_kept_id(self):
        pairs = {one: one.partner_id | one.chosen_id for one in self}
        order = self.env["crm_orders.merge"]._sort_to_keep(
            self.partner_id | self.chosen_id
        )
        for duplicate, pair in pairs.items():
            is_pair = duplicate.partner_id and duplicate.chosen_id
            duplicate.kept_id = (order & pair)[:1] if is_pair else False

    @api.depends("lead_id", "partner_id")
    def _compute_contact(self):
        for duplicate in self:
            lead, partner = duplicate.lead_id, duplicate.partner_id
            duplicate.contact_name = (
                partner.display_name or lead.contact_name or lead.partner_name
            )
            duplicate.contact_phone = partner.phone or lead.phone
            duplicate.contact_email = partner.email or lead.email_from

    @api.depends("lead_id.name", "partner_id.display_name")
    def _compute_display_name(self):
        for duplicate in self:
            duplicate.display_name = (
                duplicate.lead_id.name or duplicate.partner_id.display_name
            )

    @api.constrains("chosen_id", "kept_id")
    def _check_chosen(self):
        for duplicate in self:
            chosen, kept = duplicate.chosen_id, duplicate.kept_id
            if chosen - duplicate.candidate_ids.with_context(active_test=False):
                raise ValidationError(
                    self.env._("Choose one of the customers on the list.")
                )
            if kept - (duplicate.partner_id | chosen):
                raise ValidationError(self.env._("Keep one of the two customers."))

    def write(self, vals):
        # People answer with the buttons; of the rest, they choose who it is.
        if vals.keys() - {"chosen_id", "kept_id"} and not self.env.su:
            raise AccessError(self.env._("The answer is given with the buttons."))
        if not self.env.su:
            self._check_open()
        return super().write(vals)

    def action_same_person(self):
        """Give the lead its customer, or make one customer of two."""
        self.ensure_one()
        self._check_open()
        if not self.chosen_id:
            raise UserError(self.env._("Choose first who it is."))
        chosen = self._get_successor(self.chosen_id)
        if self.lead_id:
            return self._link_lead(chosen)
        partner = self._get_successor(self.partner_id)
        merge = self.env["crm_orders.merge"]
        if partner != chosen:
            kept = self._get_successor(self.kept_id) or partner
            merge = merge._merge(kept, (partner | chosen) - kept)
        self._decide("merged", merge_id=merge.id)
        return merge._get_done_action() if merge else True

    def action_different_persons(self):
        """Leave everything as it is, and do not ask again."""
        self._check_open()
        self._decide("different")
        return True

    def action_reopen(self):
        """Ask once more what was answered with different persons."""
        self.check_access("write")
        if any(one.state != "different" for one in self):
            raise UserError(
                self.env._(
                    "Only those who are different persons can be asked about again. Undo"
                    " the merge to make two customers of one."
                )
            )
        self.sudo().write({"state": "open", "decided_by": False, "decided_on": False})
        return True

    def action_find(self):
        """Look for customers who have a phone number or an e-mail address in common."""
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager of Orders may look for doubles.")
            )
        found = self._find()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if found else "info",
                "message": self.env._("%s new questions.", len(found))
                if found
                else self.env._("No more doubles were found."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- what others call ---

    @api.model
    def _report(self, lead_matches):
        """Ask about matches that people have to look at.

        :param lead_matches: pairs of a lead and its `Match`
        :return: the questions that are open now
        """
        leads = self.env["crm.lead"].union(*(lead for lead, _match in lead_matches))
        known = self.sudo().search([("lead_id", "in", leads.ids)]).grouped("lead_id")
        vals_list, found = [], self.sudo()
        for lead, match in lead_matches:
            if match.certainty == matching.DOUBTFUL and not lead.partner_id:
                asked = known.get(lead.sudo(), self.sudo())
                if opened := asked.filtered(lambda one: one.state == "open"):
                    opened.candidate_ids |= match.candidates.sudo()
                    found |= opened
                elif match.candidates - asked.candidate_ids.with_env(self.env):
                    vals_list.append(
                        {
                            "lead_id": lead.id,
                            "candidate_ids": [Command.set(match.candidates.ids)],
                            "reason": match.code,
                            "company_id": lead.company_id.id,
                        }
                    )
            elif match.certainty == matching.SURE and len(match.candidates) > 1:
                found |= self._ask_about_partners(match.candidates, match.code)
        return (found | self.sudo().create(vals_list)).with_env(self.env)

    @api.model
    def _answer_for_leads(self, leads):
        """Who gives a lead its customer has answered the question about it."""
        asked = self.sudo().search(
            [("lead_id", "in", leads.ids), ("state", "=", "open")]
        )
        for one in asked.filtered("lead_id.partner_id"):
            partner = one.lead_id.partner_id
            is_candidate = partner in one.candidate_ids
            one.with_env(self.env)._decide(
                "merged" if is_candidate else "different",
                chosen_id=partner.id if is_candidate else False,
            )

    @api.model
    def _ask_about_partners(self, partners, reason):
        """Ask whether the first customer is one of the others, unless it was asked."""
        asked = self._get_asked_pairs(partners)
        partner, others = partners[:1], partners[1:]
        others = others.filtered(
            lambda one: frozenset((partner.id, one.id)) not in asked
        )
        if not others:
            return self.sudo()
        return self.sudo().create(self._prepare_partner_vals(partner, others, reason))

    @api.model
    def _prepare_partner_vals(self, partner, others, reason):
        companies = (partner | others).sudo().company_id
        return {
            "partner_id": partner.id,
            "candidate_ids": [Command.set(others.ids)],
            "reason": reason,
            "company_id": companies[:1].id,
        }

    # --- helpers ---

    @api.model
    def _find(self, limit=FIND_LIMIT):
        """Ask about customers who share a handle and about whom nobody has been asked.

        Contacts of one company share what they like; what very many share says nothing.
        """
        self.env.flush_all()
        company_ids = self.env.company.sudo().parent_ids.ids
        rows = self.env.execute_query(
            SQL(
                """
                SELECT identity.kind, array_agg(DISTINCT partner.commercial_partner_id)
                  FROM crm_orders_identity identity
                  JOIN res_partner partner ON partner.id = identity.partner_id
                 WHERE identity.kind IN ('phone', 'email')
                   AND partner.active
                   AND (partner.company_id IS NULL OR partner.company_id = ANY(%s))
                 GROUP BY identity.kind, identity.value
                HAVING count(DISTINCT partner.commercial_partner_id) BETWEEN 2 AND %s
                 ORDER BY min(identity.id)
                """,
                company_ids,
                matching.MANY,
            )
        )
        vals_list = []
        asked = set()
        for page in split_every(FIND_PAGE, rows, list):
            partners = self.env["res.partner"].browse(
                sorted({one for _kind, ids in page for one in ids})
            )
            # A company may be away, or another company's, while its contacts are not.
            allowed = set(
                partners.sudo()
                .filtered(
                    lambda one: (
                        one.active
                        and (not one.company_id or one.company_id.id in company_ids)
                    )
                )
                .ids
            )
            asked |= self._get_asked_pairs(partners)
            for kind, ids in page:
                first, *others = [one for one in ids if one in allowed] or [None]
                others = [one for one in others if frozenset((first, one)) not in asked]
                if others:
                    asked.update(frozenset((first, one)) for one in others)
                    vals_list.append(
                        self._prepare_partner_vals(
                            partners.browse(first),
                            partners.browse(others),
                            f"shared_{kind}",
                        )
                    )
            if len(vals_list) >= limit:
                break
        return self.sudo().create(vals_list[:limit])

    @api.model
    def _get_asked_pairs(self, partners):
        """Pairs of customers' ids that are or were asked about.

        Customers of a question that was answered with different persons are different
        from each other as well.
        """
        asked = self.sudo().search(
            [
                ("partner_id", "!=", False),
                ("state", "in", ["open", "different"]),
                "|",
                ("partner_id", "in", partners.ids),
                ("candidate_ids", "in", partners.ids),
            ]
        )
        pairs = set()
        for one in asked:
            candidates = one.candidate_ids.with_context(active_test=False).ids
            members = [one.partner_id.id, *candidates]
            mutual = members if one.state == "different" else members[:1]
            pairs.update(frozenset((a, b)) for a in mutual for b in members if a != b)
        return pairs

    def _check_open(self):
        self.check_access("write")
        if any(one.state != "open" for one in self):
            raise UserError(self.env._("Somebody has answered this already."))

    def _link_lead(self, partner):
        lead = self.lead_id
        if lead.partner_id and self._get_successor(lead.partner_id) != partner:
            raise UserError(
                self.env._(
                    "The lead has got a customer meanwhile: %s.", lead.partner_id.name
                )
            )
        handles = [
            {"kind": "phone", "value": lead.phone, "country": lead.country_id.code},
            {"kind": "email", "value": lead.email_from},
        ]
        lead.partner_id = partner
        # Odoo may write the card's number and address over those of the lead; a person
        # has vouched for them.
        self.env["crm_orders.identity"]._claim(
            handles, partner=partner, company=lead.company_id
        )
        self._decide("merged")
        return True

    def _decide(self, state, **vals):
        # The answer is written by the buttons only.
        self.sudo().write(
            {
                "state": state,
                "decided_by": self.env.uid,
                "decided_on": fields.Datetime.now(),
                **vals,
            }
        )

    @api.model
    def _get_successor(self, partner):
        """The customer who took over this one, or the same."""
        return partner.sudo().crm_orders_merged_into_id.with_env(partner.env) or partner
