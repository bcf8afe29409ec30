from . import (
    test_access,
    test_frontend,
    test_hoot,
    test_ledger,
    test_load,
    test_unconfigured,
)
