from . import controllers
from . import models
from . import wizard


def post_init_hook(env):
    """Companies that were there before get numbers for their documents, too."""
    env["res.company"].search([])._crm_orders_create_document_sequences()
