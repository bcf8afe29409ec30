from . import test_call_state
from . import test_callback
from . import test_calls
