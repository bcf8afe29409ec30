from . import test_concurrency
from . import test_histories
from . import test_preorder
from . import test_tour
