from collections import defaultdict
from datetime import timedelta

from odoo import api, models


class CrmOrdersAssignDecision(models.AbstractModel):
    """Writes on leads what the assignment engine decided."""

    _name = "crm_orders.assign.decision"
    _description = "Outcome of Assignment"

    @api.model
    def _apply(self, leads, decisions, retries):
        """Write what the engine decided: one write for each person, rule and team."""
        none = self.env["crm.lead"].sudo()
        leads = {lead.id: lead for lead in leads.sudo()}
        rules = self.env["crm_orders.assign.rule"].sudo()
        given = [decision for decision in decisions if decision["user"]]
        users = self.env["res.users"].browse({choice["user"] for choice in given})
        teams = users._crm_orders_get_teams()
        groups = defaultdict(none.browse)
        for choice in given:
            lead, rule = leads[choice["lead"]], rules.browse(choice["rule"])
            team = self._get_team(lead, teams[choice["user"]], rule.company_id)
            groups[choice["user"], choice["rule"], team] |= lead
        notices = {"new": defaultdict(none.browse), "unassigned": {}}
        for (user_id, rule_id, team_id), group in groups.items():
            self._give(group, user_id, rule_id, team_id)
            notices["new"][users.browse(user_id)] |= group
        undecided = [
            choice
            for choice in decisions
            # Whoever has the lead keeps it when there is nobody else.
            if not choice["user"] and not leads[choice["lead"]].user_id
        ]
        told = self._apply_undecided(undecided, retries, leads)
        notices["unassigned"] = told
        self._log(given + undecided, leads)
        for kind, by_user in notices.items():
            self.env["crm_orders.notice"]._send(
                kind,
                {
                    user: group
                    for user, group in by_user.items()
                    if user.id != self.env.uid or kind != "new"
                },
            )

    @api.model
    def _get_team(self, lead, teams, company):
        """The team to write along, as id, or None to leave it: that of the lead if its
        new responsible is in it, else a team of that person.
        """
        if lead.team_id in teams:
            return None
        usable = teams.filtered(lambda team: team.company_id <= company)
        return (usable[:1] or lead.team_id).id

    @api.model
    def _give(self, leads, user_id, rule_id, team_id):
        vals = {
            "user_id": user_id,
            "crm_orders_assign_rule_id": rule_id,
            "crm_orders_assign_next_date": False,
        }
        if team_id is not None:
            vals["team_id"] = team_id
        leads.with_context(
            # Core would post a change and send a mail for each single lead.
            mail_notrack=True,
            mail_auto_subscribe_no_notify=True,
            crm_orders_no_notice=True,
        ).write(vals)

    @api.model
    def _apply_undecided(self, choices, retries, leads):
        """Let leads wait, or leave them to the team leader; whom to tell of which."""
        none = self.env["crm.lead"].sudo()
        told = defaultdict(none.browse)
        groups = defaultdict(none.browse)
        for choice in choices:
            lead = leads[choice["lead"]]
            waits = choice["reason"] == "wait"
            when = retries[choice["rule"]] if waits else False
            groups[choice["rule"], when] |= lead
            if not waits and lead.team_id.user_id:
                told[lead.team_id.user_id] |= lead
            choice["again"] = bool(lead.crm_orders_assign_rule_id)
        for (rule_id, when), group in groups.items():
            group._crm_orders_set(
                crm_orders_assign_rule_id=rule_id, crm_orders_assign_next_date=when
            )
        whens = {when for _rule, when in groups if when}
        if whens:
            self.env["crm_orders.assign.rule"]._trigger_cron(
                [when + timedelta(seconds=1) for when in whens]
            )
        return told

    @api.model
    def _log(self, choices, leads):
        """Say on each lead why it went where it went; a wait is told once."""
        rules = self.env["crm_orders.assign.rule"].sudo()
        bodies = {}
        for choice in choices:
            if choice.get("again"):
                continue
            text = self._get_reasons()[choice["reason"]]
            lead = leads[choice["lead"]]
            bodies[lead.id] = text % {
                "user": lead.user_id.name,
                "rule": rules.browse(choice["rule"]).name,
            }
        if bodies:
            self.env["crm.lead"].sudo().browse(bodies)._message_log_batch(bodies=bodies)

    @api.model
    def _get_reasons(self):
        return {
            "known": self.env._(
                "Given to %(user)s, who knows the customer (rule “%(rule)s”)."
            ),
            "round_robin": self.env._(
                "Given to %(user)s, whose turn it was (rule “%(rule)s”)."
            ),
            "least_open": self.env._(
                "Given to %(user)s, who had the fewest open leads (rule “%(rule)s”)."
            ),
            "fixed": self.env._("Given to %(user)s (rule “%(rule)s”)."),
            "anyway": self.env._(
                "Given to %(user)s, although nobody could take it (rule “%(rule)s”)."
            ),
            "wait": self.env._(
                "Nobody can take this lead now; it waits (rule “%(rule)s”)."
            ),
            "leave": self.env._(
                "Nobody can take this lead; it is left to the team (rule “%(rule)s”)."
            ),
        }
