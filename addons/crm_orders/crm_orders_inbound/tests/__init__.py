from . import test_access
from . import test_concurrency
from . import test_endpoint
from . import test_lead_payload
from . import test_processing
from . import test_source
