from . import (
    test_claim,
    test_concurrency,
    test_handle,
    test_match,
    test_matching,
)
