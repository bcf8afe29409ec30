from . import test_access
from . import test_engines
from . import test_erasure
from . import test_notices
