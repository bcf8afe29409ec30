from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.errors import PayrollError
from ..tools.functions import ZERO, finite
from ..tools.proration import Segment, age_before, prorate
from ..tools.snapshot import fingerprint

FROM_BIRTHDAY = {"age", "birth_year"}


class Period(NamedTuple):
    """What a batch of payslips has in common."""

    structure: object
    company: object
    date_from: object
    date_to: object
    date_payment: object


class Sheet(NamedTuple):
    """A computed payslip before it is stored, or the fault that prevented it."""

    program: object
    department_id: int | None
    snapshot: dict
    mark: str
    amounts: dict
    totals: dict
    warnings: list
    fault: PayrollError | None


class PayrollLiteEngine(models.AbstractModel):
    """Computes the payslips of any number of employees with a fixed number of queries.

    It reads wages and contracts, which payroll officers have no right to read as such,
    straight from the database. Nothing of it leaves this model but in sheets, which are
    stored on payslips and guarded there.
    """

    _name = "payroll.lite.engine"
    _description = "Payroll Engine"

    @api.model
    def _compute_sheets(self, period, employee_ids):
        """Sheet of each employee; a fault concerns its own employee only."""
        try:
            program = period.structure._get_program(period.company, period.date_payment)
        except PayrollError as error:
            failed = self._failed_sheet(error)
            return dict.fromkeys(employee_ids, failed)
        contracts = self._fetch_contracts(period, employee_ids)
        balances = self._fetch_year_to_date(period, employee_ids)
        inputs, faults = {}, {}
        for employee_id, rows in contracts.items():
            try:
                inputs[employee_id] = self._prepare_inputs(rows, period)
            except PayrollError as error:
                faults[employee_id] = self._failed_sheet(error)
        self._extend_inputs(inputs, period)
        compiled = program._compile()
        return {
            employee_id: faults.get(employee_id)
            or self._compute_sheet(
                program,
                compiled,
                contracts.get(employee_id),
                inputs.get(employee_id),
                balances.get(employee_id, {}),
                period,
            )
            for employee_id in employee_ids
        }

    @api.model
    def _compute_sheet(self, program, compiled, rows, inputs, balances, period):
        if not rows:
            return self._failed_sheet(PayrollError("no_contract"))
        snapshot = self._prepare_snapshot(program, compiled, rows, inputs, balances)
        try:
            amounts, totals = compiled.run(inputs, balances)
        except PayrollError as error:
            if error.kind == "missing_input" and error.params["name"] in FROM_BIRTHDAY:
                error = PayrollError("missing_birthday")
            return self._failed_sheet(error)
        return Sheet(
            program,
            rows[-1]["department_id"],
            snapshot,
            fingerprint(snapshot),
            amounts,
            totals,
            self._get_warnings(compiled, rows, inputs, totals, period),
            None,
        )

    @api.model
    def _failed_sheet(self, fault):
        return Sheet(None, None, {}, "", {}, {}, [], fault)

    @api.model
    def _fetch_contracts(self, period, employee_ids):
        """Versions of running contracts within the period, by employee and in order.

        A version holds until the day before the next one. The first version of a contract
        holds from the start of the contract, also when it was recorded later.
        """
        for model in ("hr.version", "hr.employee", "hr.department", "hr.job"):
            self.env[model].flush_model()
        columns, rows = self._query_contracts(period, employee_ids)
        contracts = defaultdict(list)
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            contracts[values["employee_id"]].append(values)
        return contracts

    @api.model
    def _query_contracts(self, period, employee_ids):
        columns = {
            "employee_id": SQL("employee.id"),
            "employee_name": SQL("COALESCE(employee.legal_name, employee.name)"),
            "birthday": SQL("employee.birthday"),
            "version_id": SQL("version.id"),
            "date_from": SQL("version.start"),
            "date_to": SQL("version.stop"),
            "contract_end": SQL("version.contract_date_end"),
            "wage": SQL("COALESCE(version.wage, 0)::text"),
            "tax_percent": SQL("COALESCE(version.payroll_tax_percent, 0)::text"),
            "tax_limit": SQL("COALESCE(version.payroll_tax_limit, 0)::text"),
            "tax_percent_above": SQL(
                "COALESCE(version.payroll_tax_percent_above, 0)::text"
            ),
            "children": SQL("COALESCE(version.children, 0)"),
            "department_id": SQL("version.department_id"),
            # names by language, because they are printed in that of the employee
            "department_names": SQL("department.name"),
            "job_titles": SQL(
                """CASE WHEN job.id IS NULL OR version.is_custom_job_title
                        THEN jsonb_build_object('en_US', COALESCE(version.job_title, ''))
                        ELSE job.name END"""
            ),
        }
        query = SQL(
            """
              SELECT %(columns)s
                FROM %(versions)s AS version
                JOIN hr_employee employee ON employee.id = version.employee_id
           LEFT JOIN hr_department department ON department.id = version.department_id
           LEFT JOIN hr_job job ON job.id = version.job_id
            ORDER BY employee.id, version.start
            """,
            columns=SQL(", ").join(columns.values()),
            versions=self._sql_versions(
                period, SQL("employee_id = ANY(%s)", list(employee_ids))
            ),
        )
        return list(columns), self.env.execute_query(query)

    @api.model
    def _sql_versions(self, period, condition):
        """Query of the versions in force within the period, cut to it."""
        return SQL(
            """(
                SELECT * FROM (
                    SELECT hr_version.*,
                           GREATEST(
                               contract_date_start,
                               %(date_from)s,
                               CASE WHEN row_number() OVER contract > 1
                                    THEN date_version END
                           ) AS start,
                           LEAST(
                               contract_date_end,
                               %(date_to)s,
                               lead(date_version) OVER career - 1
                           ) AS stop
                      FROM hr_version
                     WHERE active AND %(condition)s
                    WINDOW career AS (PARTITION BY employee_id ORDER BY date_version),
                           contract AS (PARTITION BY employee_id, contract_date_start
                                            ORDER BY date_version)
                ) AS all_versions
                 WHERE contract_date_start IS NOT NULL
                   AND start <= stop
            )""",
            date_from=period.date_from,
            date_to=period.date_to,
            condition=condition,
        )

    @api.model
    def _fetch_due_employees(self, period):
        """Ids of the employees a pay run pays: a running contract and no other structure.

        Who was archived is due only while the contract has an end, so that nobody is paid
        for ever by oversight.
        """
        self.env["hr.version"].flush_model()
        self.env["hr.employee"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT employee.id
                    FROM hr_employee employee
                    JOIN %(versions)s AS version ON version.employee_id = employee.id
                   WHERE employee.company_id = %(company)s
                     AND (employee.active OR version.contract_date_end IS NOT NULL)
                GROUP BY employee.id
                  HAVING COALESCE(
                         (array_agg(version.payroll_structure_id
                                    ORDER BY version.start DESC))[1],
                         %(structure)s) = %(structure)s
                ORDER BY employee.id
                """,
                versions=self._sql_versions(period, SQL("TRUE")),
                company=period.company.id,
                structure=period.structure.id,
            )
        )
        return [employee_id for (employee_id,) in rows]

    @api.model
    def _fetch_idle_employees(self, period):
        """Ids of the active employees of the company without any contract in the period."""
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT employee.id
                    FROM hr_employee employee
                   WHERE employee.company_id = %(company)s
                     AND employee.active
                     AND employee.id NOT IN (
                         SELECT version.employee_id
                           FROM %(versions)s AS version
                          WHERE version.employee_id IS NOT NULL)
                ORDER BY employee.id
                """,
                versions=self._sql_versions(period, SQL("TRUE")),
                company=period.company.id,
            )
        )
        return [employee_id for (employee_id,) in rows]

    @api.model
    def _fetch_year_to_date(self, period, employee_ids):
        """Confirmed amounts of the payment year by employee and rule code."""
        lines = self.env["payroll.lite.payslip.line"]
        lines.flush_model(["payslip_id", "code", "amount"])
        self.env["payroll.lite.payslip"].flush_model(
            ["employee_id", "company_id", "date_payment", "state"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT payslip.employee_id, line.code, SUM(line.amount)::text
                    FROM payroll_lite_payslip payslip
                    JOIN payroll_lite_payslip_line line ON line.payslip_id = payslip.id
                   WHERE payslip.state = 'done'
                     AND payslip.employee_id = ANY(%(employees)s)
                     AND payslip.company_id = %(company)s
                     AND payslip.date_payment BETWEEN %(first)s AND %(last)s
                GROUP BY payslip.employee_id, line.code
                """,
                employees=list(employee_ids),
                company=period.company.id,
                first=period.date_payment.replace(month=1, day=1),
                last=period.date_payment,
            )
        )
        balances = defaultdict(dict)
        for employee_id, code, amount in rows:
            balances[employee_id][code] = Decimal(amount)
        return balances

    @api.model
    def _prepare_inputs(self, rows, period):
        """Values by name that formulas may use; None for what is not known.

        Wages add up over the versions of the period. What cannot be added, such as the
        tax card, is that of the last version.
        """
        try:
            wages = [finite(row["wage"]) for row in rows]
        except PayrollError as error:
            error.params["name"] = "wage"
            raise
        segments = [
            Segment(row["version_id"], row["date_from"], row["date_to"], wage)
            for row, wage in zip(rows, wages, strict=True)
        ]
        inputs = prorate(
            segments, period.date_from, period.date_to, period.structure.proration
        )
        last = rows[-1]
        birthday = last["birthday"]
        inputs.update(
            full_wage=last["wage"],
            month=period.date_payment.month,
            age=age_before(birthday, period.date_from) if birthday else None,
            birth_year=birthday.year if birthday else None,
            children=last["children"],
            tax_percent=last["tax_percent"],
            tax_limit=last["tax_limit"],
            tax_percent_above=last["tax_percent_above"],
        )
        return {
            name: None if value is None else Decimal(value)
            for name, value in inputs.items()
        }

    @api.model
    def _extend_inputs(self, inputs, period):
        """Add values of other modules to ``inputs``, a dict of values by employee id.

        Called once per batch: read for all employees at once, and make sure to call
        super().
        """

    @api.model
    def _prepare_snapshot(self, program, compiled, rows, inputs, balances):
        """Everything the payslip was computed from, as plain JSON data."""
        return {
            "program": program.fingerprint,
            "employee": {
                "name": rows[-1]["employee_name"],
                "job_titles": rows[-1]["job_titles"],
                "department_names": rows[-1]["department_names"] or {},
            },
            "segments": [
                {
                    "version_id": row["version_id"],
                    "date_from": str(row["date_from"]),
                    "date_to": str(row["date_to"]),
                    "wage": row["wage"],
                }
                for row in rows
            ],
            "inputs": {
                name: None if inputs[name] is None else str(inputs[name])
                for name in compiled.inputs
            },
            "ytd": {code: str(amount) for code, amount in balances.items()},
        }

    @api.model
    def _load_snapshot(self, snapshot):
        """Inputs and year to date of a stored snapshot, ready to run."""
        inputs = {
            name: None if value is None else Decimal(value)
            for name, value in snapshot["inputs"].items()
        }
        balances = {code: Decimal(amount) for code, amount in snapshot["ytd"].items()}
        return inputs, balances

    @api.model
    def _get_warnings(self, compiled, rows, inputs, totals, period):
        """Kinds of issues somebody should look at before confirming."""
        warnings = []
        if "wage" in compiled.inputs and inputs["wage"] == ZERO:
            warnings.append("zero_wage")
        if "tax_percent" in compiled.inputs and inputs["tax_percent"] == ZERO:
            warnings.append("no_tax_percent")
        if totals["net"] < ZERO:
            warnings.append("negative_net")
        end = rows[-1]["contract_end"]
        if end and end <= period.date_to:
            warnings.append("contract_end")
        return warnings
