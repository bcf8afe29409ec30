from . import twilio_signature
from . import twilio
