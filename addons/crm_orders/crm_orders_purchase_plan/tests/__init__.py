from . import test_access
from . import test_concurrency
from . import test_demand
from . import test_purchase_plan
