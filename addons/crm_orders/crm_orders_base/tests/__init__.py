from . import test_export
from . import test_groups
from . import test_words
