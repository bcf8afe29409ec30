from . import auto_reply
from . import mail_channel
