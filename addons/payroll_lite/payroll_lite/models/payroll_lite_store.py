from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools.snapshot import canonical


class PayrollLiteStore(models.AbstractModel):
    """Writes any number of payslips with a fixed number of statements.

    What it writes was computed and checked before, and has no logic of its own: half a
    million lines a month, as a big chain has them, need not pass the ORM one by one.
    """

    _name = "payroll.lite.store"
    _description = "Payslip Store"

    @api.model
    def _store_sheets(self, payslips, sheets):
        """Write figures and lines of ``payslips``; ``sheets`` is a dict by payslip."""
        if not payslips:
            return
        payslips.flush_recordset()
        data = [(payslip.id, sheets[payslip]) for payslip in payslips]
        self.env.cr.execute(
            SQL(
                """
                UPDATE payroll_lite_payslip AS payslip
                   SET state = 'computed', program_id = data.program_id,
                       department_id = data.department_id,
                       snapshot = data.snapshot, snapshot_mark = data.mark,
                       earnings = data.earnings, deductions = data.deductions,
                       net = data.net, employer_costs = data.employer_costs,
                       total_cost = data.earnings + data.employer_costs,
                       computed_at = %(now)s, computed_uid = %(uid)s,
                       write_date = %(now)s, write_uid = %(uid)s
                  FROM %(data)s
                 WHERE payslip.id = data.id AND payslip.state != 'done'
                """,
                now=self.env.cr.now(),
                uid=self.env.uid,
                data=self._sql_rows(
                    id=("int", [payslip_id for payslip_id, _sheet in data]),
                    program_id=("int", [sheet.program.id for _id, sheet in data]),
                    department_id=("int", [sheet.department_id for _id, sheet in data]),
                    snapshot=(
                        "jsonb",
                        [canonical(sheet.snapshot) for _id, sheet in data],
                    ),
                    mark=("text", [sheet.mark for _id, sheet in data]),
                    **{
                        name: ("numeric", [sheet.totals[name] for _id, sheet in data])
                        for name in ("earnings", "deductions", "net", "employer_costs")
                    },
                ),
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM payroll_lite_payslip_line WHERE payslip_id = ANY(%s)",
                payslips.ids,
            )
        )
        self._insert_lines(
            (
                sheet.program,
                payslip_id,
                code,
                amount,
                Decimal(sheet.snapshot["ytd"].get(code, 0)),
            )
            for payslip_id, sheet in data
            for code, amount in sheet.amounts.items()
        )
        payslips.invalidate_recordset()

    @api.model
    def _insert_lines(self, lines):
        """Insert rows of (program, payslip id, rule code, amount, year to date before)."""
        programs, payslip_ids, codes, amounts, balances = zip(*lines, strict=True)
        rules = {
            program: {rule["code"]: rule for rule in program._get_source()["rules"]}
            for program in set(programs)
        }
        line_rules = [
            rules[program][code] for program, code in zip(programs, codes, strict=True)
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payroll_lite_payslip_line
                            (payslip_id, rule_id, sequence, code, category, amount,
                             ytd_amount)
                     SELECT payslip_id, rule_id, sequence, code, category, amount,
                            amount + balance
                       FROM %(data)s
                """,
                data=self._sql_rows(
                    payslip_id=("int", list(payslip_ids)),
                    rule_id=("int", [rule["id"] for rule in line_rules]),
                    sequence=("int", [rule["sequence"] for rule in line_rules]),
                    code=("text", list(codes)),
                    category=("text", [rule["category"] for rule in line_rules]),
                    amount=("numeric", list(amounts)),
                    balance=("numeric", list(balances)),
                ),
            )
        )
        self.env["payroll.lite.payslip.line"].invalidate_model()

    @api.model
    def _close(self, payslips, numbers):
        """Confirm ``payslips`` with ``numbers``, a dict by id, and freeze who reads them."""
        payslips.flush_recordset()
        users = [payslip.employee_id.user_id.id or None for payslip in payslips]
        self.env.cr.execute(
            SQL(
                """
                UPDATE payroll_lite_payslip AS payslip
                   SET state = 'done', number = data.number, user_id = data.user_id,
                       confirmed_at = %(now)s, confirmed_uid = %(uid)s,
                       write_date = %(now)s, write_uid = %(uid)s
                  FROM %(data)s
                 WHERE payslip.id = data.id
                """,
                now=self.env.cr.now(),
                uid=self.env.uid,
                data=self._sql_rows(
                    id=("int", payslips.ids),
                    number=(
                        "text",
                        [numbers[payslip_id] for payslip_id in payslips.ids],
                    ),
                    user_id=("int", users),
                ),
            )
        )
        payslips.invalidate_recordset()

    @api.model
    def _sql_rows(self, **columns):
        """Rows of a statement, one array per column: (type, values) by name."""
        arrays = [
            SQL("%s::%s", values, SQL(f"{column_type}[]"))
            for column_type, values in columns.values()
        ]
        return SQL(
            "unnest(%s) AS data(%s)",
            SQL(", ").join(arrays),
            SQL(", ").join(SQL.identifier(name) for name in columns),
        )
