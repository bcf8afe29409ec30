from . import test_access
from . import test_collect
from . import test_hoot
from . import test_make
