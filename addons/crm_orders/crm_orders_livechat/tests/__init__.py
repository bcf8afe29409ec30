from . import test_access
from . import test_chat
from . import test_tour
from . import test_unanswered
