from . import ami_protocol
from . import ami_calls
from . import ami
from . import ami_client
from . import dialplan
