from . import test_adapter
from . import test_telnyx
from . import test_zz_export
