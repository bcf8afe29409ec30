from . import order_text
from . import quiet_hours
