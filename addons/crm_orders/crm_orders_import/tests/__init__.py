from . import test_access
from . import test_erasure
from . import test_hoot
from . import test_import
from . import test_kill
from . import test_leads
from . import test_reading
from . import test_undo
