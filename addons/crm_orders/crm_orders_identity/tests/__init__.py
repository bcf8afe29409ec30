from . import (
    test_access,
    test_cards,
    test_claim,
    test_concurrency,
    test_duplicate,
    test_handle,
    test_match,
    test_matching,
    test_merge,
    test_tour,
)
