from . import test_access
from . import test_act
from . import test_cards
from . import test_concurrency
from . import test_erasure
from . import test_hoot
from . import test_tour
