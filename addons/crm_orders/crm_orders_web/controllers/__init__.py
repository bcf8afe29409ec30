from . import web_form
from . import widget
