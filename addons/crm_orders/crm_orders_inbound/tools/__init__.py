from . import reading
from . import channel
from . import calling
from . import lead_payload
from . import rest
from . import transport
