from . import test_adapter
from . import test_ami
from . import test_asterisk
from . import test_service
