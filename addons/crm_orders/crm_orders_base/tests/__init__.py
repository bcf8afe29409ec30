from . import test_export
from . import test_gap_text
from . import test_groups
from . import test_picture
from . import test_storable
from . import test_words
