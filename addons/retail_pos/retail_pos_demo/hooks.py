"""What must be true, or be done, before the demo data is loaded."""

from odoo.exceptions import UserError

COMPANY_XML_ID = "base.main_company"
CHART_TEMPLATE = "fi"
LANG = "fi_FI"

# Documents that nobody makes by accident: one of them means a shop at work.
BUSINESS_DOCUMENTS = ("sale.order", "pos.order", "pos.session", "crm.lead")


def pre_init_hook(env):
    """Prepare the company, or refuse a database that somebody works in."""
    _refuse_database_in_use(env)
    _load_finnish(env)
    _load_finnish_chart(env)


def _refuse_database_in_use(env):
    """Demo users have known passwords: never let them into a real shop."""
    reasons = _get_signs_of_use(env)
    if reasons:
        raise UserError(
            env._(
                "The demo shop was not installed, because this database is in use:\n"
                "%(reasons)s\n"
                "Its users have passwords that everybody knows. Install it in a new, "
                "empty database instead.",
                reasons="\n".join(f"- {reason}" for reason in reasons),
            )
        )


def _get_signs_of_use(env):
    """Return a sentence for each sign that people work in this database."""
    reasons = []
    posted = env["account.move"].search_count([("state", "=", "posted")])
    if posted:
        reasons.append(env._("It has posted journal entries: %s.", posted))
    admins = env.ref("base.user_root") | env.ref("base.user_admin")
    people = env["res.users"].with_context(active_test=False)
    internal = people.search([("share", "=", False), ("id", "not in", admins.ids)])
    internal = internal.filtered(lambda user: user.active or user.login_date)
    if internal:
        reasons.append(
            env._("It has other users: %s.", ", ".join(internal.mapped("login")[:10]))
        )
    for model in BUSINESS_DOCUMENTS:
        count = env[model].with_context(active_test=False).search_count([])
        if count:
            reasons.append(
                env._(
                    "It has records of the kind “%(model)s”: %(count)s.",
                    count=count,
                    model=env["ir.model"]._get(model).name,
                )
            )
    return reasons


def _load_finnish(env):
    """Switch Finnish on; modules installed later bring their own translations."""
    languages = dict(env["res.lang"].get_installed())
    if LANG in languages:
        return
    env["res.lang"]._activate_lang(LANG)
    installed = env["ir.module.module"].search([("state", "=", "installed")])
    installed._update_translations([LANG])


def _load_finnish_chart(env):
    """Give the company the Finnish chart of accounts before the demo data needs it.

    In a database that installs everything in one go, the accounting module has
    already booked a chart for the end of the installation: the generic one, because
    the company had no country then. Our data cannot wait for the end, and that later
    load would throw our accounts away again, so the booked load becomes this one.
    """
    company = env.ref(COMPANY_XML_ID)
    company.country_id = env.ref("base.fi")
    charts = env["account.chart.template"].with_company(company)

    def already_loaded(_env):
        """Leave the chart that was loaded here as it is."""

    env.registry._auto_install_template = already_loaded
    charts.try_loading(CHART_TEMPLATE, company)
