from . import color
from . import origin
from . import ticket
from . import web_channel
from . import web_form
