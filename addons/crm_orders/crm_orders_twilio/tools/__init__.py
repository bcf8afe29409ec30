from . import twilio_signature
from . import twilio_twiml
from . import twilio_api
from . import twilio
