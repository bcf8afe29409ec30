"""Providers played on this machine: they sign, call, answer and remember.

Each is written from its provider's documentation and shares no code with our adapters,
so that a mistake of theirs is not made twice. `python -m simulators NAME` runs one as a
process of its own, see `remote.py`.
"""

from .asterisk import Asterisk
from .meta import Instagram, Messenger, WhatsApp
from .telegram import Telegram
from .telnyx import Telnyx
from .twilio import Twilio
from .viber import Viber
from .vk import Vk
from .vonage import Vonage

KINDS = {
    "asterisk": Asterisk,
    "instagram": Instagram,
    "messenger": Messenger,
    "telegram": Telegram,
    "telnyx": Telnyx,
    "twilio": Twilio,
    "viber": Viber,
    "vk": Vk,
    "vonage": Vonage,
    "whatsapp": WhatsApp,
}
