from . import vk_content
from . import vk
