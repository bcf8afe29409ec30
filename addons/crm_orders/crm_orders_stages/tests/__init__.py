from . import test_access
from . import test_hoot
from . import test_order_stages
from . import test_stage
from . import test_stage_load
from . import test_tour
from . import test_track_page
from . import test_track_timeline
