from . import viber
