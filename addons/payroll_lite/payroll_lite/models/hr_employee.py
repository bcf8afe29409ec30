from odoo import fields, models


class HrEmployee(models.Model):
    """Adds the way from an employee to the payslips."""

    _inherit = "hr.employee"

    payslip_count = fields.Integer(
        compute="_compute_payslip_count",
        groups="payroll_lite.group_payroll_officer",
    )

    def _compute_payslip_count(self):
        groups = self.env["payroll.lite.payslip"]._read_group(
            [("employee_id", "in", self.ids)], ["employee_id"], ["__count"]
        )
        counts = {employee.id: count for employee, count in groups}
        for employee in self:
            employee.payslip_count = counts.get(employee.id, 0)

    def action_open_payslips(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payroll_lite.payroll_lite_payslip_action"
        )
        action["domain"] = [("employee_id", "=", self.id)]
        action["context"] = {"default_employee_id": self.id}
        return action
