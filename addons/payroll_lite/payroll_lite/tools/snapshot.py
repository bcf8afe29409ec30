"""One spelling and one fingerprint for whatever a payslip was computed from."""

import hashlib
import json


def canonical(data):
    """JSON text that is the same for equal data, whatever order it was built in."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(data):
    return hashlib.sha256(canonical(data).encode()).hexdigest()
