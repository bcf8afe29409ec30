from . import track_lookup
from . import track_timeline
