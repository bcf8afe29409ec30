from . import test_access
from . import test_quick_order
from . import test_repairs
