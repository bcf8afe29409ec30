from . import track_timeline
