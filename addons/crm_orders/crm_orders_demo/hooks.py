"""What makes the demo orders and leads look like weeks of work, done the real way."""

import json
from datetime import timedelta

from odoo import Command, fields

from .history import tell_past

KEY = "demo-website-key"

# For each order: when it entered each stage of the way, one after the other, as (days
# ago, hour in UTC); and, where it matters, the hours from now until it should move on.
ORDER_WAYS = {
    "new_1": ([(0, 0)], None),
    "new_2": ([(1, 13)], 2),
    "waiting_1": ([(9, 8), (9, 12)], -18),
    "waiting_2": ([(3, 9), (2, 7)], 72),
    "picking_1": ([(3, 7), (2, 8), (1, 12)], 3),
    "picking_2": ([(6, 8), (5, 9), (1, 10)], None),
    "ready_1": ([(5, 7), (5, 11), (3, 8), (2, 13)], None),
    "ready_2": ([(8, 10), (7, 8), (4, 9), (3, 12)], None),
    "handed_over_1": ([(12, 8), (12, 13), (8, 9), (7, 11), (5, 12)], None),
    "delivery_1": ([(2, 8), (2, 11), (1, 9), (1, 13)], 5),
    "delivery_2": ([(3, 7), (2, 12), (1, 8), (1, 11)], 30),
    "delivery_3": ([(10, 8), (9, 9), (8, 8), (8, 12), (7, 13)], None),
}
# Orders that are not of the first type, and the one that the courier has taken.
ORDER_TYPES = {
    "delivery_1": "delivery",
    "delivery_2": "delivery",
    "delivery_3": "delivery",
}
TAKEN = "delivery_1"
STAGE_SETS = ("pickup", "delivery", "service", "preorder")
# Deposits of these were paid; that of the third preorder was not yet.
PREORDERS = ("preorder_1", "preorder_2", "preorder_3")
PAID_PREORDERS = ("preorder_1", "preorder_2")

# What somebody brought to be repaired.
REPAIR = {
    "phone": "+358 41 000 0205",
    "description": "Lyhdyn ovi ei sulkeudu. Sarana vaihdettava.",
    "device": "Lyhty Kaamos",
    "serial": "KA-2024-0117",
}

# What visitors of the website wrote, with the stage that their lead has reached since.
LEADS = [
    (
        {
            "name": "Siiri Aalto",
            "email": "siiri.aalto@example.com",
            "phone": "041 0000301",
            "subject": "Laseja hääjuhlaan",
            "message": "Hei! Tarvitsisimme 60 mukia häihimme kesäkuussa."
            " Saisiko niihin nimikirjaimet?",
            "city": "Helsinki",
            "country": "FI",
            "lang": "fi",
        },
        "crm.stage_lead2",
        1450,
    ),
    (
        {
            "name": "Oskari Lehto",
            "company": "Lehto Arkkitehdit Oy",
            "email": "oskari.lehto@example.com",
            "phone": "041 0000302",
            "subject": "Joululahjat henkilökunnalle",
            "message": "Etsimme 35 lahjapakettia, noin 40 euroa kappaleelta.",
            "city": "Tampere",
            "country": "FI",
            "lang": "fi",
            "budget": "1400",
        },
        "crm.stage_lead3",
        1400,
    ),
    (
        {
            "name": "Emma Berg",
            "email": "emma.berg@example.com",
            "phone": "+46 70 123 45 67",
            "subject": "Delivery to Sweden",
            "message": "Do you send the wool blanket to Stockholm, and what does it cost?",
            "country": "SE",
            "lang": "en",
        },
        None,
        90,
    ),
    (
        {
            "name": "Toivo Salmi",
            "phone": "041 0000304",
            "subject": "Onko lyhty Tuikku taas varastossa?",
            "message": "Voitteko varata minulle kaksi kappaletta?",
            "country": "FI",
            "lang": "fi",
        },
        None,
        70,
    ),
]


def post_init_hook(env):
    """Fill the board and the pipeline of the demo shop."""
    company = env.ref("base.main_company")
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    _keep_leads_in_the_shop(env)
    _load_stages(env, company)
    _place_orders(env)
    _place_preorders(env)
    _take_in_repair(env)
    tell_past(env)
    _receive_leads(env)


def _keep_leads_in_the_shop(env):
    """Let nobody outside hear of leads made by hand; Odoo would ask a service of its own.

    This is what choosing "on demand only" in the settings of CRM does.
    """
    env["ir.config_parameter"].set_param("crm.iap.lead.enrich.setting", "manual")
    cron = env.ref("crm_iap_enrich.ir_cron_lead_enrichment", raise_if_not_found=False)
    if cron:
        cron.active = False


def _load_stages(env, company):
    for stage_set in STAGE_SETS:
        env["crm_orders.stage.load"].create(
            {"stage_set": stage_set, "company_id": company.id}
        ).action_load()


def _place_orders(env):
    """Confirm the orders, move them on and set back their clocks."""
    now = fields.Datetime.now().replace(second=0)
    # So long nothing moves by itself: the demo shop's past is told above.
    stages = env["crm_orders.stage"].search([("enter_on", "!=", False)])
    events = {stage: stage.enter_on for stage in stages}
    stages.enter_on = False
    for name, (entered, planned) in ORDER_WAYS.items():
        order = env.ref(f"crm_orders_demo.order_{name}")
        if kind := ORDER_TYPES.get(name):
            order.crm_orders_type_id = env["crm_orders.order.type"].search(
                [("kind", "=", kind), ("company_id", "=", order.company_id.id)]
            )
        # The history tells who moved an order: the people of the shop, not the system.
        by_seller = order.with_user(order.user_id)
        by_seller.action_confirm()
        for _step in entered[1:]:
            by_seller.action_crm_orders_next_stage()
        dates = [_get_moment(now, days, hour) for days, hour in entered]
        order.date_order = dates[0]
        _set_back_clock(order, dates)
        if planned is not None:
            order.crm_orders_planned_date = now + timedelta(hours=planned)
        _tell_customer(order)
    courier = env.ref("crm_orders_demo.user_courier")
    env.ref(f"crm_orders_demo.order_{TAKEN}").crm_orders_user_id = courier
    for stage, event in events.items():
        stage.enter_on = event


def _place_preorders(env):
    """Confirm preorders of what is not there yet, and take the deposits in."""
    for name in PREORDERS:
        order = env.ref(f"crm_orders_demo.order_{name}")
        order.with_user(order.user_id).action_confirm()
        _tell_customer(order)
        if name in PAID_PREORDERS:
            _pay_deposit(order)


def _take_in_repair(env):
    """Take something in for repair, as it is done at the counter."""
    seller = env.ref("retail_pos_demo.user_seller")
    order_type = env["crm_orders.order.type"].search([("kind", "=", "service")])
    quick = (
        env["crm_orders.quick.order"]
        .with_user(seller)
        .create({**REPAIR, "type_id": order_type.id})
    )
    quick.action_create()
    _tell_customer(quick.order_id.sudo())
    # The next quick order begins with the first type, as for everybody else.
    seller.crm_orders_quick_type_id = False


def _pay_deposit(order):
    env = order.env
    env["sale.advance.payment.inv"].create(
        {
            "sale_order_ids": [Command.set(order.ids)],
            "advance_payment_method": "fixed",
            "fixed_amount": order.crm_orders_deposit,
        }
    ).create_invoices()
    invoice = order.invoice_ids
    invoice.action_post()
    env["account.payment.register"].with_context(
        active_model=invoice._name, active_ids=invoice.ids
    ).create({})._create_payments()


def _tell_customer(order):
    """What the customer was told in the past; nobody is written to now."""
    for notice in order.crm_orders_notice_ids:
        stays = order.crm_orders_log_ids.filtered(
            lambda one, notice=notice: one.stage_id == notice.stage_id
        )
        notice.write(
            {
                "state": "sent",
                "state_date": stays[:1].entered_date,
                "attempts": 1,
                "recipient": order.partner_id.email or order.partner_id.phone,
                "text": notice.rule_id._get_texts(order)[1],
            }
        )


def _get_moment(now, days, hour):
    """A time when the shop is open, so many days ago; today it is just now."""
    if not days:
        return now - timedelta(minutes=20)
    return (now - timedelta(days=days)).replace(hour=hour, minute=hour * 5 % 60)


def _set_back_clock(order, dates):
    """Date the history of an order, which was made within this second."""
    rows = order.crm_orders_log_ids.sorted("id")
    for row, date, following in zip(rows, dates, [*dates[1:], False], strict=True):
        planned = row.stage_id._get_planned_date(order.company_id, date)
        vals = {"entered_date": date, "planned_date": planned}
        if following:
            vals["left_date"] = following
            vals["duration"] = _hours(date, following)
            vals["planned_duration"] = _hours(date, planned) if planned else 0
            vals["overrun"] = _hours(planned, following) if planned else 0
            vals["is_late"] = vals["overrun"] > 0
        row.write(vals)
    order.write(
        {
            "date_last_stage_update": dates[-1],
            "crm_orders_planned_date": rows[-1].planned_date,
        }
    )


def _hours(start, end):
    return (end - start).total_seconds() / 3600


def _receive_leads(env):
    """Take the leads in through the same door as any other, and work on some."""
    events = env["crm_orders.event"]
    for number, (payload, stage, revenue) in enumerate(LEADS, start=1):
        body = json.dumps({**payload, "external_id": f"demo-{number}"})
        event_id = events._accept(
            KEY,
            body.encode(),
            "application/json",
            {"Content-Type": "application/json", "User-Agent": "Kauppa Koivu web shop"},
            "192.0.2.10",
        )
        events._claim(1)
        event = events.browse(event_id)
        event._process()
        event.lead_id.expected_revenue = revenue
        if stage and (stage := env.ref(stage, raise_if_not_found=False)):
            event.lead_id.stage_id = stage
