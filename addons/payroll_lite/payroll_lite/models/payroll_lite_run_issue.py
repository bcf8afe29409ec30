from odoo import api, fields, models

from ..tools.fault_texts import fault_text

ERRORS = {"fault", "duplicate"}


class PayrollLiteRunIssue(models.Model):
    """Something a pay run found that somebody should look at."""

    _name = "payroll.lite.run.issue"
    _description = "Pay Run Issue"
    _order = "level, employee_id, id"

    run_id = fields.Many2one(
        "payroll.lite.run", required=True, ondelete="cascade", index=True
    )
    # empty where the whole run is meant
    employee_id = fields.Many2one(
        "hr.employee", ondelete="cascade", index="btree_not_null"
    )
    payslip_id = fields.Many2one(
        "payroll.lite.payslip", ondelete="cascade", index="btree_not_null"
    )
    kind = fields.Selection(
        [
            ("fault", "Not computed"),
            ("duplicate", "Already paid"),
            ("no_contract", "No contract"),
            ("zero_wage", "No wage"),
            ("no_tax_percent", "No tax percent"),
            ("negative_net", "Negative net pay"),
            ("contract_end", "Contract ends"),
            ("odd_period", "Not a month"),
            ("taken_back", "Taken back"),
        ],
        required=True,
    )
    level = fields.Selection(
        [("error", "Not paid"), ("warning", "To check")], required=True
    )
    fault = fields.Json()
    message = fields.Char(compute="_compute_message", compute_sudo=True)

    @api.depends("kind", "fault", "payslip_id")
    @api.depends_context("lang")
    def _compute_message(self):
        texts = self._get_texts()
        for issue in self:
            if issue.kind == "fault":
                fault = issue.fault
                issue.message = fault_text(self.env, fault["kind"], fault["params"])
            elif issue.kind == "duplicate" and issue.payslip_id:
                issue.message = issue._get_duplicate_text()
            elif issue.kind == "taken_back":
                issue.message = self.env._(
                    "Payslip %s was taken back. The totals of the run are without it.",
                    issue.payslip_id.number,
                )
            else:
                issue.message = texts[issue.kind]

    def _get_duplicate_text(self):
        """Name what pays the employee already, so that it can be found."""
        self.ensure_one()
        payslip = self.payslip_id
        if payslip.run_id:
            return self.env._(
                "Payslip %(payslip)s of “%(run)s” pays these days.",
                payslip=payslip.display_name,
                run=payslip.run_id.name,
            )
        return self.env._(
            "Payslip %s pays these days.",
            payslip.display_name,
        )

    @api.model
    def _get_texts(self):
        """What to say and what to do about each kind of issue."""
        return {
            "duplicate": self.env._(
                "The employee has another payslip of this structure in the period."
            ),
            "no_contract": self.env._(
                "The employee has no contract in the period and is not paid. Set the "
                "start of the contract on the employee if this is wrong."
            ),
            "zero_wage": self.env._("The contract has no wage."),
            "no_tax_percent": self.env._(
                "No tax is withheld, because there is no percent on the tax card."
            ),
            "negative_net": self.env._("The deductions are larger than the earnings."),
            "contract_end": self.env._(
                "The contract ends in the period. Check what is left to be paid, such as "
                "unused holidays."
            ),
            "odd_period": self.env._(
                "The period is not one whole calendar month, but wages are paid in full "
                "as for a month. Check the dates of the run."
            ),
        }

    def action_open(self):
        """Open what has to be looked at: the payslip or else the employee."""
        self.ensure_one()
        if self.payslip_id:
            return self.payslip_id._get_form_action()
        if not self.employee_id:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": "payroll.lite.employee",
            "res_id": self.employee_id.id,
            "views": [(False, "form")],
        }
