from . import test_access
from . import test_door
from . import test_source
from . import test_web_form
