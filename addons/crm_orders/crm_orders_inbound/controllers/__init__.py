from . import hooks
from . import lead_dispatcher
from . import leads
