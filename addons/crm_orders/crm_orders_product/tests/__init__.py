from . import test_glance
from . import test_months
