"""Marks that only code of this module can set in the context.

A mark is an object of this process. A context that comes in by RPC is plain JSON and can
never hold it, so no caller outside can pretend to be the engine or skip a check, not even
with superuser rights.
"""

_MARK = object()
_ENGINE = "payroll_lite_engine"
_DEFERRED = "payroll_lite_deferred"
# Figures may depend on nothing else a caller puts into the context: neither on default
# values nor on a wish to see archived rules.
_KEPT = ("allowed_company_ids", "lang", "tz")


def as_engine(records):
    """Allow to write what is computed: only for the code that computes or confirms."""
    context = records.env.context
    kept = {key: context[key] for key in _KEPT if key in context}
    return records.with_context({**kept, _ENGINE: _MARK})


def is_engine(env):
    return env.context.get(_ENGINE) is _MARK


def without_defaults(records, allowed):
    """Drop default values of the context except for ``allowed`` fields."""
    context = {
        key: value
        for key, value in records.env.context.items()
        if not key.startswith("default_") or key[len("default_") :] in allowed
    }
    return records.with_context(context)


def deferring_checks(records):
    """Postpone the check of the rules until all of them are saved."""
    return records.with_context(**{_DEFERRED: _MARK})


def are_checks_deferred(env):
    return env.context.get(_DEFERRED) is _MARK
