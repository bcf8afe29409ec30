from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

REMIND_BATCH = 100


class ContractContract(models.Model):
    """A running contract knows its order, and its people hear in time that it ends."""

    _inherit = "contract.contract"

    crm_orders_order_id = fields.Many2one(
        "sale.order",
        "Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The order that the contract was made of.",
    )
    crm_orders_document_id = fields.Many2one(
        "crm_orders.document",
        "Contract Document",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="What was signed.",
    )
    crm_orders_remind_days = fields.Integer(
        "Remind Days Before",
        help="So many days before the contract ends, whoever is responsible gets a task."
        " 0: nobody is reminded.",
    )
    crm_orders_tell_customer = fields.Boolean(
        "Tell the Customer",
        help="The customer gets a mail at the same time, in the own language.",
    )
    crm_orders_remind_date = fields.Date(
        "Reminder On",
        compute="_compute_crm_orders_remind_date",
        store=True,
        index="btree_not_null",
    )
    crm_orders_is_reminded = fields.Boolean(
        "Reminded",
        compute="_compute_crm_orders_is_reminded",
        store=True,
        readonly=False,
        copy=False,
    )

    _crm_orders_remind_days_range = models.Constraint(
        "CHECK (crm_orders_remind_days BETWEEN 0 AND 365)",
        "A reminder comes 0 to 365 days before the end.",
    )

    @api.depends("date_end", "crm_orders_remind_days")
    def _compute_crm_orders_remind_date(self):
        for contract in self:
            days = contract.crm_orders_remind_days
            contract.crm_orders_remind_date = (
                contract.date_end - timedelta(days=days)
                if contract.date_end and days
                else False
            )

    @api.depends("date_end")
    def _compute_crm_orders_is_reminded(self):
        """A contract that was prolonged ends once more."""
        self.crm_orders_is_reminded = False

    @api.model
    def _get_crm_orders_remind_domain(self):
        """Contracts that end soon, of which nobody was told; those over are quiet."""
        today = fields.Date.context_today(self)
        return (
            Domain("crm_orders_remind_date", "<=", today)
            & Domain("date_end", ">=", today)
            & Domain("crm_orders_is_reminded", "=", False)
        )

    @api.model
    def _cron_crm_orders_remind(self):
        """Remind of contracts that end soon, each once."""
        domain = self._get_crm_orders_remind_domain()
        contracts = self.search(domain, limit=REMIND_BATCH, order="id")
        found = len(contracts)
        contracts = contracts.try_lock_for_update()
        contracts._crm_orders_remind()
        # Those that somebody else holds are looked at the next time.
        remaining = self.search_count(domain) if found == len(contracts) else 0
        self.env["ir.cron"]._commit_progress(len(contracts), remaining=remaining)

    def _crm_orders_remind(self):
        """Give whoever is responsible a task, and tell the customer if that is wanted."""
        # What is done is marked in the same transaction: nobody is told twice.
        self.crm_orders_is_reminded = True
        for contract in self._filter_crm_orders_running():
            user = contract.user_id.filtered("active") or self.env.user
            spoken = contract.with_context(lang=user.lang)
            contract.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=contract.date_end,
                summary=spoken.env._("The contract %s ends", contract.name),
                user_id=user.id,
            )
            if contract.crm_orders_tell_customer:
                contract._crm_orders_tell_customer_of_end()

    def _filter_crm_orders_running(self):
        """Those that still have something to be invoiced; ended ones are quiet."""
        return self.filtered(
            lambda contract: (
                contract.active
                and any(not line.is_canceled for line in contract.contract_line_ids)
            )
        )

    def _crm_orders_tell_customer_of_end(self):
        self.ensure_one()
        partner = self.partner_id
        if not partner.email:
            return
        spoken = self.with_context(lang=partner.lang or self.env.lang)
        spoken.message_post(
            body=spoken.env._(
                "Hello %(customer)s, your contract %(contract)s ends on %(date)s. Please"
                " contact us if you want to go on with it.",
                customer=partner.name,
                contract=self.name,
                date=format_date(self.env, self.date_end, spoken.env.lang),
            ),
            subject=spoken.env._("Your contract %s ends", self.name),
            partner_ids=partner.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
        )
