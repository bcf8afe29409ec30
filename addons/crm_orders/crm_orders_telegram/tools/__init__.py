from . import telegram_content
from . import telegram
