"""Requests of the last months, so that the funnel and the response times have a past."""

from collections import namedtuple
from datetime import timedelta

from odoo import fields

Past = namedtuple("Past", "days who wants origin step minutes end revenue")
Past.__doc__ = """One request of the past.

days: how many days ago it came; minutes: how long the customer waited for an answer
step: the stage that it reached before its end, which is won, lost or nothing yet
"""

STAGES = {
    "new": "crm.stage_lead1",
    "qualified": "crm.stage_lead2",
    "proposition": "crm.stage_lead3",
}
ORIGINS = {
    "search": ("utm.utm_source_search_engine", "utm.utm_medium_website"),
    "facebook": ("utm.utm_source_facebook", "utm.utm_medium_facebook"),
    "newsletter": ("utm.utm_source_newsletter", "utm.utm_medium_email"),
    "friends": ("utm.utm_source_referral", "utm.utm_medium_direct"),
}
REQUESTS = [
    Past(83, "Anja Heino", "Kahviastiasto mökille", "search", "new", 25, "lost", 180),
    Past(80, "Pekka Laine", "Huopia lahjaksi", "friends", "proposition", 40, "won", 356),
    Past(78, "Kirsi Manner", "Onko lyhtyjä?", "facebook", "new", 190, "lost", 60),
    Past(74, "Tilitoimisto Lumo", "Muistamiset", "search", "proposition", 55, "won", 940),
    Past(71, "Ville Rinne", "Tyynyjä sohvaan", "facebook", "qualified", 130, "lost", 220),
    Past(67, "Hilkka Suvanto", "Leikkuulautoja", "newsletter", "proposition", 20, "won", 160),
    Past(63, "Jouni Palo", "Villasukkia perheelle", "newsletter", "new", 75, "lost", 90),
    Past(60, "Kahvila Kaiku", "Mukeja kahvilaan", "friends", "proposition", 15, "won", 1280),
    Past(55, "Riitta Saarni", "Maljakko 50-vuotislahjaksi", "search", "qualified", 95, "lost", 75),
    Past(51, "Tero Vuori", "Toimitus Ouluun?", "facebook", "new", 240, "lost", 45),
    Past(47, "Marja Kallio", "Pöytäliinoja juhliin", "search", "proposition", 35, "won", 410),
    Past(42, "Päiväkoti Pihlaja", "Kuvakirjoja", "friends", "proposition", 50, "won", 265),
    Past(38, "Sanna Oja", "Lahjakortti", "facebook", "qualified", 20, "won", 100),
    Past(33, "Antti Harju", "Kynttilänjalkoja", "newsletter", "qualified", 60, "lost", 120),
    Past(28, "Leena Lampi", "Kattaus kesähäihin", "search", "proposition", 45, "won", 1750),
    Past(23, "Hotelli Aamu", "Pyyhkeitä ja huopia", "search", "proposition", 30, None, 3200),
    Past(19, "Eeva Tuomi", "Keraamisia kulhoja", "facebook", "qualified", 110, None, 210),
    Past(14, "Mikko Halla", "Lapasia joukkueelle", "newsletter", "qualified", 25, None, 480),
    Past(9, "Asianajo Kuusi", "Liikelahjat", "friends", "proposition", 20, None, 1150),
]  # fmt: skip


def tell_past(env):
    """Let the requests come in, be answered and end, each on its day."""
    now = fields.Datetime.now().replace(second=0)
    people = [
        env.ref("retail_pos_demo.user_seller"),
        env.ref("retail_pos_demo.user_manager"),
    ]
    leads = env["crm.lead"].with_context(mail_auto_subscribe_no_notify=True)
    for number, past in enumerate(REQUESTS):
        began = _get_opening(env, now - timedelta(days=past.days))
        user = people[number % len(people)]
        lead = leads.create(_prepare_lead_vals(env, past, user, began))
        lead._crm_orders_note_first_response(
            began + timedelta(minutes=past.minutes), user
        )
        lead._crm_orders_reach("1")
        _set_back_creation(lead, began)
        if stage := env.ref(STAGES[past.step], raise_if_not_found=False):
            lead.stage_id = stage
        _end(env, lead, past, began)


def _get_opening(env, moment):
    """A time on that day or the next ones when somebody is at work."""
    calendar = env.ref("base.main_company").resource_calendar_id
    morning = moment.replace(hour=8, minute=moment.day)
    return calendar.plan_hours(0.5, morning, compute_leaves=True) or morning


def _prepare_lead_vals(env, past, user, began):
    source, medium = ORIGINS[past.origin]
    return {
        "type": "opportunity",
        "name": past.wants,
        "contact_name": past.who,
        "company_id": env.ref("base.main_company").id,
        "team_id": env.ref("sales_team.team_sales_department").id,
        "user_id": user.id,
        "source_id": env.ref(source).id,
        "medium_id": env.ref(medium).id,
        "expected_revenue": past.revenue,
        "crm_orders_clock_start": began,
        "crm_orders_turn": "us",
        "crm_orders_turn_date": began,
    }


def _set_back_creation(lead, began):
    """Odoo gives no way to write when a record was made."""
    lead.flush_recordset()
    lead.env.cr.execute(
        "UPDATE crm_lead SET create_date = %s WHERE id = %s", (began, lead.id)
    )
    lead.invalidate_recordset(["create_date"])


def _end(env, lead, past, began):
    if past.end == "won":
        lead.action_set_won()
    elif past.end == "lost":
        reason = env.ref("crm.lost_reason_1", raise_if_not_found=False)
        lead.action_set_lost(lost_reason_id=reason.id if reason else False)
    else:
        return
    lead.date_closed = began + timedelta(days=3)
