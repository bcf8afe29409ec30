from . import test_access
from . import test_allocation
from . import test_concurrency
from . import test_deposit_engine
from . import test_deposits
from . import test_preorders
