from . import telnyx
