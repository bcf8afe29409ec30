from . import ami_protocol
from . import ami_calls
from . import ami
from . import dialplan
