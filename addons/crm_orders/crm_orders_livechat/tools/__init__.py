from . import chat
from . import chat_channel
