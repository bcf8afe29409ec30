from collections import defaultdict

from markupsafe import Markup

from odoo import api, models
from odoo.tools.mail import html_to_inner_content


class CrmOrdersTrace(models.AbstractModel):
    """What is changed on an order that is through leaves a trace on it."""

    _name = "crm_orders.trace"
    _description = "Record Whose Late Changes Are Noted"

    def write(self, vals):
        names = self._get_crm_orders_traced_fields() & vals.keys()
        closed = self._get_crm_orders_closed() if names else self.browse()
        before = closed._crm_orders_read_for_people(names)
        result = super().write(vals)
        closed._crm_orders_note_changes(before, names)
        return result

    @api.model
    def _get_crm_orders_traced_fields(self):
        """Names of fields that nobody should change on the quiet.

        Odoo notes changes of some fields by itself; they are not among these.
        """
        return set()

    def _get_crm_orders_traced_order(self):
        """The order on which changes of this record are noted."""
        raise NotImplementedError

    def _get_crm_orders_traced_name(self):
        """What people call this part of the order; "" for the order itself."""
        return ""

    def _get_crm_orders_closed(self):
        """Those whose order was handed over or closed.

        What is written before that stay is in the history is a part of the move.
        """
        stages = self.env["crm_orders.stage"]
        if not stages._companies_with_stages(self.company_id):
            return self.browse()
        orders = self._get_crm_orders_traced_order().sudo()
        through = orders.filtered(
            lambda order: order.crm_orders_stage_id.kind in ("handed_over", "closed")
        )
        stays = through.crm_orders_log_ids.filtered(
            lambda stay: (
                not stay.left_date
                and stay.stage_id == stay.order_id.crm_orders_stage_id
            )
        )
        closed = stays.order_id
        return self.filtered(
            lambda record: record._get_crm_orders_traced_order() in closed
        )

    def _crm_orders_read_for_people(self, names):
        """`{record: {name of a field: what people read in it}}`"""
        return {
            record: {name: _read(record, name) for name in names}
            for record in self.sudo()
        }

    def _crm_orders_note_changes(self, before, names):
        """Write on each order what is no longer as it was."""
        rows = defaultdict(Markup)
        labels = {
            name: self._fields[name]._description_string(self.env) for name in names
        }
        for record, after in self._crm_orders_read_for_people(names).items():
            whose = record._get_crm_orders_traced_name()
            for name in sorted(names):
                if before[record][name] == after[name]:
                    continue
                label = f"{whose}, {labels[name]}" if whose else labels[name]
                rows[record._get_crm_orders_traced_order()] += Markup(
                    "<li>%s: %s → %s</li>"
                ) % (label, before[record][name] or "–", after[name] or "–")
        title = self.env._("Changed after the order was closed:")
        for order, changes in rows.items():
            order._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (title, changes))


def _read(record, name):
    field, value = record._fields[name], record[name]
    if field.relational:
        return ", ".join(value.mapped("display_name"))
    text = str(field.convert_to_export(value, record) or "")
    return html_to_inner_content(text) if field.type == "html" else text
