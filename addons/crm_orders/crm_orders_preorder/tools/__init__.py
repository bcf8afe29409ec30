from . import deposit
from . import deposit_ledger
