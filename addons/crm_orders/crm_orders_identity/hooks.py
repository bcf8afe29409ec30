def post_init_hook(env):
    """Make identities of the phone numbers and addresses of all customers."""
    env["crm_orders.identity"]._fill_cards()


def uninstall_hook(env):
    """Drop the table that no model knows."""
    env.cr.execute("DROP TABLE IF EXISTS crm_orders_identity_lock")
