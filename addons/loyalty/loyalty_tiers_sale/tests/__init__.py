from . import (
    test_access,
    test_catch_up,
    test_form,
    test_ledger,
    test_line_discount,
    test_unconfigured,
)
