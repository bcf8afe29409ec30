from . import lead_payload
