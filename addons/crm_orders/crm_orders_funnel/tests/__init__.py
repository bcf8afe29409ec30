from . import test_access
from . import test_cost
from . import test_funnel
from . import test_hoot
from . import test_steps
from . import test_vectors
