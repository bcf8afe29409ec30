from . import jwt
from . import vonage_api
from . import vonage
