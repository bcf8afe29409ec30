"""pytest plugin: TAGS= selects Odoo tests as `odoo --test-tags` does."""

import os

from odoo.tests.tag_selector import TagsSelector


def pytest_collection_modifyitems(config, items):
    expression = os.environ.get("TAGS")
    if not expression:
        return
    selector = TagsSelector(expression)
    chosen = [item for item in items if _matches(selector, item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _matches(selector, item):
    test_class = getattr(item, "cls", None)
    return test_class is not None and selector.check(test_class(item.originalname))
