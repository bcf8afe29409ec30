from . import call_state
