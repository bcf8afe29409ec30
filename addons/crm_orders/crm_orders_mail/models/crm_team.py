from odoo import fields, models


class CrmTeam(models.Model):
    """A switch on the team is all that has to be set up for its mails."""

    _inherit = "crm.team"

    crm_orders_join_mails = fields.Boolean(
        "Join Mails of the Same Customer",
        compute="_compute_crm_orders_join_mails",
        inverse="_inverse_crm_orders_join_mails",
        compute_sudo=True,
        help="Another mail of somebody who has an open lead is added to that lead, "
        "answers of machines make no leads, and each mail is seen among the received "
        "requests.",
    )

    def _compute_crm_orders_join_mails(self):
        sources = self.env["crm_orders.source"].search(
            [("kind", "=", "mail"), ("team_id", "in", self.ids)]
        )
        for team in self:
            team.crm_orders_join_mails = team._origin in sources.team_id

    def _inverse_crm_orders_join_mails(self):
        """Give the teams a source each, or put it aside."""
        # Whoever may change a team need not be one who may set up sources.
        sources = self.env["crm_orders.source"].sudo().with_context(active_test=False)
        known = sources.search([("kind", "=", "mail"), ("team_id", "in", self.ids)])
        wanted = self.filtered("crm_orders_join_mails")
        for active, teams in ((True, wanted), (False, self - wanted)):
            known.filtered(
                lambda source, teams=teams: source.team_id in teams
            ).active = active
        sources.create(
            [
                team._prepare_crm_orders_mail_source_vals()
                for team in wanted - known.team_id
            ]
        )

    def _prepare_crm_orders_mail_source_vals(self):
        """Values of the source of this team's mails."""
        self.ensure_one()
        return {
            "name": self.env._("Mail to %s", self.name),
            "kind": "mail",
            "team_id": self.id,
            "company_id": (self.company_id or self.env.company).id,
        }
