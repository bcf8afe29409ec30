{
    "name": "Payroll Lite in the Demo Shop",
    "summary": "Tax cards and last month's payslips of the demo employees",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Human Resources/Payroll",
    "depends": ["payroll_lite", "retail_pos_demo"],
    "data": [
        "data/res_users.xml",
        "data/hr_employee.xml",
        "data/payroll_lite_run.xml",
    ],
    "auto_install": True,
}
