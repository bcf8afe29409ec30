from . import handle, matching
