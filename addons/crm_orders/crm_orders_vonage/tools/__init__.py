from . import jwt
from . import vonage
