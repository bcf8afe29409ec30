from . import test_access
from . import test_incoming
from . import test_outgoing
from . import test_names
from . import test_conversation
from . import test_states
from . import test_erasure
