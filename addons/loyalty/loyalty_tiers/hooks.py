def post_init_hook(env):
    """Gift cards and eWallet top-ups that exist already are money, not goods."""
    kinds = ["gift_card", "ewallet"]
    rules = env["loyalty.rule"].search([("program_id.program_type", "in", kinds)])
    rules._exclude_payment_products()
