from . import vk_api
from . import vk_content
from . import vk
