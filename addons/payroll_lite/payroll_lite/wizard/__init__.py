from . import payroll_lite_tax_card
