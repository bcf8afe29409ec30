from . import test_adapter
from . import test_vonage
from . import test_zz_export
