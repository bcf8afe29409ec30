from . import crm_lead
from . import crm_orders_import_job
from . import crm_orders_import_undo
from . import crm_orders_import
from . import crm_orders_import_column
from . import crm_orders_import_maker
from . import crm_orders_import_mapping
from . import crm_orders_import_row
