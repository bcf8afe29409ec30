from odoo import api, models
from odoo.exceptions import AccessError, UserError

# What rang longer ago is no news to anybody.
NEWS_SECONDS = 60
MAX_LISTED = 3


class CrmOrdersCallPopup(models.AbstractModel):
    """The window that shows a call while it rings.

    Nothing about the customer travels over the bus: whoever is told that it rings asks
    for the card, and gets what this person may see.
    """

    _name = "crm_orders.call.popup"
    _description = "Pop-up of Calls"

    def _announce(self, before):
        """Tell the people concerned that it rings, was answered, or ended.

        :param before: states by id; None for calls that were unknown
        """
        for call in self:
            is_new = before[call.id] is None
            if call.direction != "in" or (before[call.id] == call.state and not is_new):
                continue
            if call.state == "ringing" and not call._is_news():
                continue
            if call.state != "ringing" and is_new:
                continue
            for user in call._get_popup_users():
                user._bus_send("crm_orders_telephony.call", call._prepare_news(user))

    def _is_news(self):
        self.ensure_one()
        age = (self.env.cr.now() - self.started).total_seconds()
        return age < NEWS_SECONDS

    def _prepare_news(self, user):
        """What is said over the bus: which call, and whether the window stays."""
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "is_mine": self.state == "ringing" or user == self.user_id,
        }

    def _get_popup_users(self):
        """Who is shown this call: whose telephone rings, or else the line's people."""
        self.ensure_one()
        call = self.sudo()
        users = call.rung_user_ids | call.user_id
        if not users:
            source = call.source_id
            users = source.popup_user_ids
            users = users or source.user_id | source.team_id.member_ids
        seller = self.env.ref("crm_orders_base.group_user")
        # A line that is nobody's in particular is everybody's.
        users = users or seller.sudo().all_user_ids
        return users.filtered(
            lambda user: (
                user.active
                and seller in user.all_group_ids
                and call.company_id in user.company_ids
            )
        )

    @api.model
    def get_popup(self, call_id):
        """What to show of a ringing call; False when there is nothing to show any more.

        :raise AccessError: for people at whom it does not ring
        """
        self._check_seller()
        # To Python, True is a number as well.
        if type(call_id) is not int or not 0 < call_id < 2**31:
            raise UserError(self.env._("A call is told by its number."))
        call = self.sudo().browse(call_id).exists()
        if not call or call.state not in ("ringing", "ongoing"):
            return False
        if self.env.user not in call._get_popup_users():
            raise AccessError(self.env._("This call is for somebody else."))
        return call.with_user(self.env.user)._prepare_popup()

    def _prepare_popup(self):
        """The customer's card in short, as far as this user may see it.

        Glue modules add to `facts`, a list of `[label, text]`.
        """
        self.ensure_one()
        call = self.sudo()
        partner = call.partner_id.with_user(self.env.user)
        leads = self.env["crm.lead"]
        if partner and partner.has_access("read"):
            leads = leads.search(
                [("partner_id", "child_of", partner.commercial_partner_id.id)]
                + self._get_open_leads_domain(),
                limit=MAX_LISTED,
            )
        elif partner:
            partner = partner.browse()
        if call.lead_id:
            leads |= leads.search(
                [("id", "=", call.lead_id.id), *self._get_open_leads_domain()]
            )
        return {
            "id": call.id,
            "state": call.state,
            "number": call.shown_number,
            "name": partner.display_name or call.caller_name or "",
            "is_known": bool(partner),
            "line": call.source_id.name,
            "partner_id": partner.id,
            "image": f"/web/image/res.partner/{partner.id}/avatar_128"
            if partner
            else "",
            "responsible": (partner.user_id or call.lead_id.user_id).sudo().name or "",
            "leads": [
                {
                    "id": lead.id,
                    "name": lead.name,
                    "stage": lead.stage_id.display_name or "",
                }
                for lead in leads[:MAX_LISTED]
            ],
            "facts": self._get_popup_facts(partner),
        }

    def _get_open_leads_domain(self):
        return [("active", "=", True), ("won_status", "=", "pending")]

    def _get_popup_facts(self, partner):
        """`[label, text]` of what helps to greet this customer."""
        facts = []
        if not partner:
            return facts
        orders = self.env["sale.order"].search(
            [
                ("partner_id", "child_of", partner.commercial_partner_id.id),
                ("state", "!=", "cancel"),
            ],
            limit=MAX_LISTED,
        )
        states = dict(orders._fields["state"]._description_selection(self.env))
        for order in orders:
            date = self.env["ir.qweb.field.date"].value_to_html(order.date_order, {})
            facts.append([order.name, f"{date}, {states[order.state]}"])
        if partner.category_id:
            facts.append(
                [self.env._("Tags"), ", ".join(partner.category_id.mapped("name"))]
            )
        return facts
