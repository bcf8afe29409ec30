from . import test_calls_and_leads
