from odoo import models


class CrmLead(models.Model):
    """The clock of a lead that was made of a call begins with the call."""

    _inherit = "crm.lead"

    def _crm_orders_note_waiting_since(self, date):
        """The customer had called before we heard of it: the report takes a moment.

        The deadline stays, as nobody could have known earlier.
        """
        for lead in self.sudo():
            begun = lead.crm_orders_clock_start
            if not begun or date >= begun:
                continue
            vals = {"crm_orders_clock_start": date}
            if lead.crm_orders_turn_date == begun:
                vals["crm_orders_turn_date"] = date
            lead._crm_orders_set(**vals)
