from . import (
    test_access,
    test_adjust,
    test_concurrency,
    test_engine,
    test_ledger,
    test_merge,
    test_review,
    test_tier,
    test_views,
)
