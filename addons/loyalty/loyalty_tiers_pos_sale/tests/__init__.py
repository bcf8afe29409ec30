from . import test_frontend, test_hoot, test_settle
