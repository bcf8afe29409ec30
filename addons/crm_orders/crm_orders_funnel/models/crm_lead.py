from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .crm_stage import STEPS

CONTACT_ACTIVITIES = ("phonecall", "meeting")


class CrmLead(models.Model):
    """Leads remember how far they have got."""

    _inherit = "crm.lead"

    crm_orders_reached = fields.Selection(
        STEPS,
        "Furthest Step",
        compute="_compute_crm_orders_reached",
        store=True,
        copy=False,
        help="The furthest step of the funnel that the lead has taken, even if it went"
        " back later.",
    )

    @api.depends("stage_id")
    def _compute_crm_orders_reached(self):
        for lead in self:
            before = lead.crm_orders_reached or "0"
            # Won leads are counted as won; whether they stay so is not known yet.
            stage = "0" if lead.stage_id.is_won else lead.stage_id.crm_orders_step
            lead.crm_orders_reached = max(before, stage or "0")

    @api.model_create_multi
    def create(self, vals_list):
        self._crm_orders_check_own(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._crm_orders_check_own([vals])
        if "stage_id" in vals:
            # Steps are worked out late; the stage that is left counts as well.
            self.mapped("crm_orders_reached")
        return super().write(vals)

    def _crm_orders_check_own(self, vals_list):
        if not self.env.su and any("crm_orders_reached" in vals for vals in vals_list):
            raise AccessError(
                self.env._("How far a lead has got is not written by hand.")
            )

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if self._crm_orders_is_contact(message):
            self._crm_orders_reach("1")
        return result

    def _crm_orders_is_contact(self, message):
        """Whether this is an answer to the customer, or a call or meeting that was."""
        if not self.env.user._is_internal():
            return False
        if message.mail_activity_type_id:
            return message.mail_activity_type_id.category in CONTACT_ACTIVITIES
        return (
            message.message_type in ("comment", "email_outgoing")
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and message.author_id == self.env.user.partner_id
        )

    def _crm_orders_reach(self, step):
        """Note that these leads have taken a step; other modules call it."""
        todo = self.sudo().filtered(
            lambda lead: (lead.crm_orders_reached or "0") < step
        )
        if todo:
            todo.crm_orders_reached = step

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        everybody = (self | opportunities).sudo()
        self._crm_orders_reach(
            max(lead.crm_orders_reached or "0" for lead in everybody)
        )
        return result

    # --- many at once ---

    @api.model
    def _crm_orders_reach_by_stage(self, stages=None):
        """Leads have got at least as far as their stage is."""
        self.env["crm.stage"].flush_model()
        self.flush_model(["stage_id", "crm_orders_reached"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead lead
                   SET crm_orders_reached = stage.crm_orders_step
                  FROM crm_stage stage
                 WHERE stage.id = lead.stage_id
                   AND NOT COALESCE(stage.is_won, FALSE)
                   AND COALESCE(lead.crm_orders_reached, '') < stage.crm_orders_step
                   AND %s
                """,
                SQL("stage.id = ANY(%s)", stages.ids) if stages else SQL("TRUE"),
            )
        )
        self.invalidate_model(["crm_orders_reached"], flush=False)

    @api.model
    def _crm_orders_fill_funnel(self):
        """What can be told of leads that are older than this module, in one go each."""
        self.flush_model()
        self.env.cr.execute(
            """
            UPDATE crm_lead SET crm_orders_reached = '0'
             WHERE crm_orders_reached IS NULL
            """
        )
        # Who was written to.
        self.env.cr.execute(
            """
            UPDATE crm_lead SET crm_orders_reached = '1'
             WHERE crm_orders_reached < '1'
               AND id IN (
                   SELECT message.res_id
                     FROM mail_message message
                     JOIN res_users writer ON writer.partner_id = message.author_id
                    WHERE message.model = 'crm.lead'
                      AND message.message_type IN ('comment', 'email_outgoing')
                      AND message.subtype_id = %s
                      AND NOT writer.share
               )
            """,
            [self.env.ref("mail.mt_comment").id],
        )
        # All stages they were in, as the changes were written down.
        self.env.cr.execute(
            """
            UPDATE crm_lead lead SET crm_orders_reached = past.step
              FROM (
                  SELECT message.res_id, max(stage.crm_orders_step) AS step
                    FROM mail_tracking_value tracked
                    JOIN mail_message message ON message.id = tracked.mail_message_id
                    JOIN crm_stage stage
                      ON stage.id IN (tracked.old_value_integer, tracked.new_value_integer)
                   WHERE tracked.field_id = %s
                     AND message.model = 'crm.lead'
                     AND NOT COALESCE(stage.is_won, FALSE)
                   GROUP BY message.res_id
              ) past
             WHERE past.res_id = lead.id AND lead.crm_orders_reached < past.step
            """,
            [self.env["ir.model.fields"]._get("crm.lead", "stage_id").id],
        )
        self.env.cr.execute(
            """
            UPDATE crm_lead lead SET crm_orders_source_id = first.source_id
              FROM (
                  SELECT DISTINCT ON (lead_id) lead_id, source_id
                    FROM crm_orders_event
                   WHERE lead_id IS NOT NULL
                   ORDER BY lead_id, id
              ) first
             WHERE first.lead_id = lead.id AND lead.crm_orders_source_id IS NULL
            """
        )
        self.invalidate_model(flush=False)
        self._crm_orders_reach_by_stage()
