from . import test_access
from . import test_hoot
from . import test_other_modules
from . import test_timeline
