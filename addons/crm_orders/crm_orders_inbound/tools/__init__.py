from . import channel
from . import lead_payload
from . import rest
from . import transport
