from . import (
    test_access,
    test_counter,
    test_expression,
    test_payslip,
    test_program,
    test_proration,
    test_report,
    test_run,
    test_structure,
    test_tax_card,
    test_tours,
    test_words,
)
