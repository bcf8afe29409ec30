from . import test_company
from . import test_database_guard
from . import test_login
from . import test_people
from . import test_products
from . import test_till
