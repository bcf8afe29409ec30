from . import test_address
from . import test_hoot
from . import test_pos_config
from . import test_proxy_access
from . import test_proxy_health
from . import test_retail_pos_proxy
from . import test_settings
from . import test_till
