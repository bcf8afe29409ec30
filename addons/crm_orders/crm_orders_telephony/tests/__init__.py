from . import test_access
from . import test_call_state
from . import test_callback
from . import test_calls
from . import test_hoot
from . import test_provider
from . import test_screens
from . import test_speed
