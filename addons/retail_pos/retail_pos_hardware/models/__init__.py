from . import pos_config
from . import res_config_settings
from . import retail_pos_proxy
