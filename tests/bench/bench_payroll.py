"""How many payslips a second are computed, ours against OCA's payroll."""

import calendar
import random
import time
from datetime import date

EMPLOYEES = 500
PAY_YEAR = 2026

# The same seven rules in both languages. Floats need a nudge to round a half cent up as
# decimals do by themselves.
ROUND = "result = int({} * 100 + 0.5000001) / 100"
RULES = [
    # code, our category, our formula, OCA's category, OCA's Python
    ("BASIC", "earning", "wage", "BASIC", "result = contract.wage"),
    (
        "ALLOWANCE",
        "earning",
        "IF(wage > 3000, 120, wage * 5 / 100)",
        "ALW",
        "result = 120.0 if contract.wage > 3000 else "
        "int(contract.wage * 5 + 0.5000001) / 100",
    ),
    (
        "GROSS",
        "base",
        "earnings",
        "GROSS",
        "result = categories.BASIC + categories.ALW",
    ),
    (
        "PENSION",
        "deduction",
        "GROSS * 7.3 / 100",
        "DED",
        ROUND.format("GROSS * 7.3 / 100"),
    ),
    (
        "TAX",
        "deduction",
        "BRACKET(GROSS, bench_tax)",
        "DED",
        "gross = GROSS\n"
        "tax = 0.0\n"
        "for lower, upper, percent in (\n"
        "    (0, 1500, 5), (1500, 3000, 20), (3000, 5000, 30), (5000, 1e9, 40)\n"
        "):\n"
        "    if gross > lower:\n"
        "        tax += (min(gross, upper) - lower) * percent / 100\n"
        + ROUND.format("tax"),
    ),
    (
        "NET",
        "net",
        "earnings - deductions",
        "NET",
        "result = GROSS - PENSION - TAX",
    ),
    (
        "EMPLOYER",
        "employer",
        "GROSS * 19.32 / 100",
        "COMP",
        ROUND.format("GROSS * 19.32 / 100"),
    ),
]
BANDS = [(0, 5), (1500, 20), (3000, 30), (5000, 40)]


def payslips(lab):
    """Payslips per second from the choice of the month to stored lines, committed."""
    with lab.database(
        "payroll",
        core=["payroll"],
        ours=["payroll_lite"],
        prepare=(__file__, "prepare"),
    ) as database:
        return lab.call(database, __file__, "measure")


def prepare(env, employees=EMPLOYEES):
    """Employees with running contracts and the seven rules on both sides."""
    theirs = _make_their_structure(env)
    ours = _make_our_structure(env)
    dice = random.Random(19)
    env["hr.employee"].with_context(tracking_disable=True).create(
        [
            {
                "name": f"Employee {number:04d}",
                "date_version": f"{PAY_YEAR - 1}-06-01",
                "contract_date_start": f"{PAY_YEAR - 1}-06-01",
                "wage": dice.randrange(140000, 620000) / 100,
                "struct_id": theirs.id,
                "payroll_structure_id": ours.id,
            }
            for number in range(employees)
        ]
    )
    return employees


def _make_our_structure(env):
    env["payroll.lite.parameter"].create(
        {
            "name": "Tax of the benchmark",
            "code": "bench_tax",
            "kind": "table",
            "value_ids": [
                (
                    0,
                    0,
                    {
                        "date_from": f"{PAY_YEAR}-01-01",
                        "band_ids": [
                            (0, 0, {"lower": lower, "rate": rate})
                            for lower, rate in BANDS
                        ],
                    },
                )
            ],
        }
    )
    return env["payroll.lite.structure"].create(
        {
            "name": "Benchmark",
            "rule_ids": [
                (
                    0,
                    0,
                    {
                        "code": code,
                        "name": code.title(),
                        "category": category,
                        "expression": expression,
                        "sequence": place,
                    },
                )
                for place, (code, category, expression, *_rest) in enumerate(RULES)
            ],
        }
    )


def _make_their_structure(env):
    categories = {
        code: env["hr.salary.rule.category"].create({"code": code, "name": code})
        for code in dict.fromkeys(rule[3] for rule in RULES)
    }
    # their rules see the amounts of others by code, and sums by category
    rules = env["hr.salary.rule"].create(
        [
            {
                "code": code,
                "name": code.title(),
                "category_id": categories[category].id,
                "sequence": place,
                "condition_select": "none",
                "amount_select": "code",
                "amount_python_compute": python,
            }
            for place, (code, _ours, _formula, category, python) in enumerate(RULES)
        ]
    )
    return env["hr.payroll.structure"].create(
        {"code": "BENCH", "name": "Benchmark", "rule_ids": [(6, 0, rules.ids)]}
    )


def measure(env, rounds=2):
    """Best of some rounds of each, after a handful of employees to load all code.

    Each round takes another month, and what one side does is never done by the other.
    """
    everybody = env["hr.employee"].search([("name", "like", "Employee %")])
    ours = env["payroll.lite.structure"].search([("name", "=", "Benchmark")])
    theirs = env["hr.payroll.structure"].search([("code", "=", "BENCH")])
    _ours(env, ours, 12)
    _theirs_by_button(env, theirs, everybody[:5], 12)
    _theirs_in_batch(env, theirs, everybody[:5], 12)
    results = {"ours": [], "confirm": [], "button": [], "batch": []}
    for month in range(1, rounds + 1):
        run, *result = _ours(env, ours, month)
        results["ours"].append(result)
        slips, *result = _theirs_in_batch(env, theirs, everybody, month)
        results["batch"].append(result)
        _compare(run.payslip_ids, slips)
        slips, *result = _theirs_by_button(env, theirs, everybody, month)
        results["button"].append(result)
        _compare(run.payslip_ids, slips)
        results["confirm"].append(_timed(env, run.action_confirm))
    count = len(everybody)
    best = {name: min(found) for name, found in results.items()}
    rates = {name: count / seconds for name, (seconds, _queries) in best.items()}
    return {
        "ours": rates["ours"],
        # the faster of their two ways; a user has the button only
        "peer": max(rates["batch"], rates["button"]),
        "unit": "payslips/s",
        "n": count,
        "peer_by_its_button": round(rates["button"], 1),
        "ours_confirmed": round(rates["confirm"], 1),
        "our_queries": best["ours"][1],
        "peer_queries": best["batch"][1],
    }


def _timed(env, call):
    """(seconds, queries) of ``call``, committed, from a cold cache."""
    env.flush_all()
    env.invalidate_all()
    queries = env.cr.sql_log_count
    start = time.perf_counter()
    call()
    env.flush_all()
    env.cr.commit()
    return time.perf_counter() - start, env.cr.sql_log_count - queries


def _period(month):
    last = calendar.monthrange(PAY_YEAR, month)[1]
    return date(PAY_YEAR, month, 1), date(PAY_YEAR, month, last)


def _ours(env, structure, month):
    """What the button of a pay run does."""
    first, last = _period(month)
    runs = env["payroll.lite.run"]

    def call():
        nonlocal runs
        runs = runs.create(
            {"structure_id": structure.id, "date_from": first, "date_to": last}
        )
        runs.action_compute()

    seconds, queries = _timed(env, call)
    return runs, seconds, queries


def _theirs_by_button(env, structure, employees, month):
    """What the button of their batch does, with its worked days."""
    first, last = _period(month)
    batches = env["hr.payslip.run"]

    def call():
        nonlocal batches
        batches = batches.create(
            {
                "name": "Benchmark",
                "date_start": first,
                "date_end": last,
                "struct_id": structure.id,
            }
        )
        wizard = env["hr.payslip.employees"].create(
            {"employee_ids": [(6, 0, employees.ids)]}
        )
        wizard.with_context(active_id=batches.id).compute_sheet()

    seconds, queries = _timed(env, call)
    return batches.slip_ids, seconds, queries


def _theirs_in_batch(env, structure, employees, month):
    """The fastest their models allow: no worked days, one create for all."""
    first, last = _period(month)
    slips = env["hr.payslip"]

    def call():
        nonlocal slips
        slips = slips.create(
            [
                {
                    "name": "Benchmark",
                    "employee_id": employee.id,
                    "contract_id": employee.current_version_id.id,
                    "struct_id": structure.id,
                    "date_from": first,
                    "date_to": last,
                    "company_id": employee.company_id.id,
                }
                for employee in employees
            ]
        )
        slips.compute_sheet()

    seconds, queries = _timed(env, call)
    return slips, seconds, queries


def _compare(ours, theirs):
    """Both must pay everybody the same, rule by rule and to the cent."""
    figures = [
        {
            (slip.employee_id.id, line.code): round(getattr(line, amount), 2)
            for slip in slips
            for line in slip.line_ids
        }
        for slips, amount in ((ours, "amount"), (theirs, "total"))
    ]
    different = {
        key: (figures[0].get(key), figures[1].get(key))
        for key in figures[0].keys() | figures[1].keys()
        if figures[0].get(key) != figures[1].get(key)
    }
    if different or not figures[0]:
        raise AssertionError(
            f"{len(different)} figures differ, e.g. {list(different.items())[:5]}"
        )


BENCHMARKS = {"payroll.payslips": payslips}
