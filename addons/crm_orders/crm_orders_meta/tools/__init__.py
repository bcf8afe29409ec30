from . import meta
from . import messaging
from . import whatsapp
from . import messenger
from . import instagram
