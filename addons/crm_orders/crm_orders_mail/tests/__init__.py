from . import test_access
from . import test_auto_reply
from . import test_mail
