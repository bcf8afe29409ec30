import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, ormcache
from odoo.tools.translate import get_translation

from ..tools import calling, channel, speech, transport
from ..tools.rest import REST

TOKEN_BYTES = 18
MARKS = {True: "\N{CHECK MARK}", False: "\N{BALLOT X}"}


class CrmOrdersSourceHook(models.AbstractModel):
    """What a source needs to work with a provider: settings, an address, a test.

    Modules of providers add a kind, its adapter in `_get_channels` and the texts of its
    settings in `_get_setting_texts`.
    """

    _name = "crm_orders.source.hook"
    _description = "Connection of a Source with its Provider"

    setting_ids = fields.One2many(
        "crm_orders.source.setting",
        "source_id",
        "Settings",
        groups="crm_orders_base.group_manager",
    )
    basic_setting_ids = fields.One2many(
        "crm_orders.source.setting",
        "source_id",
        "Settings to Fill In",
        domain=[("is_advanced", "=", False)],
        groups="crm_orders_base.group_manager",
    )
    advanced_setting_ids = fields.One2many(
        "crm_orders.source.setting",
        "source_id",
        "Advanced Settings",
        domain=[("is_advanced", "=", True)],
        groups="crm_orders_base.group_manager",
    )
    hook_token = fields.Char(
        "Token of the Webhook", groups=fields.NO_ACCESS, copy=False
    )
    hook_url = fields.Char(
        "Webhook Address",
        compute="_compute_hook_url",
        groups="crm_orders_base.group_manager",
        help="Give this address to the provider; it is where it sends its messages. "
        "Keep it to yourself.",
    )
    can_register = fields.Boolean(
        "Can Be Connected From Here", compute="_compute_can_register"
    )
    refused_date = fields.Datetime("Last Refused On", copy=False, readonly=True)
    refused_reason = fields.Char("Why It Was Refused", copy=False, readonly=True)
    test_date = fields.Datetime("Tested On", copy=False, readonly=True)
    test_passed = fields.Boolean("Passed the Test", copy=False, readonly=True)
    test_report = fields.Text("Result of the Test", copy=False, readonly=True)

    def _compute_hook_url(self):
        for source in self:
            # The token is hidden from everybody, as it would be with a secret; managers
            # may see it here, as part of what they have to hand over.
            token = source.sudo().hook_token
            source.hook_url = token and (
                f"{source.get_base_url()}/crm_orders/v1/hook/{token}"
            )

    @api.depends("kind")
    def _compute_can_register(self):
        for source in self:
            mine = type(source._get_channel()).register
            source.can_register = mine is not channel.Channel.register

    def _write_addresses_first(self, vals):
        """Save the addresses among the settings before the secrets.

        A changed address makes the stored secrets be forgotten; those that are given
        together with it are meant for it.
        """
        settings = self.env["crm_orders.source.setting"]
        for name in ("setting_ids", "basic_setting_ids", "advanced_setting_ids"):
            for command in vals.get(name) or ():
                match command:
                    case (1, int() as number, {"entry": str() | False as entry}):
                        setting = settings.browse(number)
                        # Others' settings are refused when all is written.
                        if number not in self.sudo().setting_ids.ids:
                            continue
                        spec = setting.sudo()._get_spec()
                        if spec and spec.is_address:
                            setting.write({"entry": entry})

    def _check_kind_may_change(self, kind):
        changed = self.filtered(lambda source: source.kind != kind)
        if changed and self.env["crm_orders.event"].sudo().search_count(
            [("source_id", "in", changed.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "This source has received requests, so its kind stays. Add another "
                    "source instead."
                )
            )

    def _sync_settings(self):
        """Give each source the settings and the address that its kind asks for."""
        settings = self.env["crm_orders.source.setting"].sudo()
        obsolete = settings.browse()
        vals_list = []
        for source in self:
            specs = source._get_channel().settings
            mine = settings.browse(source.sudo().setting_ids.ids)
            obsolete += mine.filtered(
                lambda setting, specs=specs: (
                    setting.name not in {spec.name for spec in specs}
                )
            )
            known = set(mine.mapped("name"))
            vals_list += [
                settings._prepare_vals(source, spec, sequence)
                for sequence, spec in enumerate(specs)
                if spec.name not in known
            ]
            if source._has_hook() and not source.sudo().hook_token:
                source.sudo().hook_token = secrets.token_urlsafe(TOKEN_BYTES)
        obsolete.unlink()
        settings.create(vals_list)

    @api.model
    def _get_channels(self):
        """Adapters by kind; modules of providers add their own."""
        return {"rest": REST}

    def _get_channel(self):
        self.ensure_one()
        # A module that was taken away leaves its kind behind for a moment.
        return self._get_channels().get(self.kind, channel.Channel())

    @api.model
    def _get_kinds_without_hook(self):
        """Kinds that no provider calls at an address of their own."""
        return {"rest"}

    def _has_hook(self):
        """Whether a provider calls this source, rather than a program with a key."""
        self.ensure_one()
        return self.kind not in self._get_kinds_without_hook()

    def _get_setting_texts(self):
        """`{name: (label, where to find it)}` of the settings, in the user's language."""
        self.ensure_one()
        return {}

    def _get_missing_settings(self):
        return self.sudo().setting_ids.filtered("is_missing")

    def action_register(self):
        """Tell the provider where to send its messages."""
        self.ensure_one()
        self.check_access("write")
        try:
            said = self._drive("register", self.hook_url)
        except channel.SendError as error:
            raise UserError(
                self.env._("The provider did not take the address: %s", error)
            ) from None
        return self._notify(self.env._("The provider was told. %s", said or ""))

    def action_self_test(self):
        """Try the settings, the way out and the way in; nothing is left behind."""
        self.ensure_one()
        self.check_access("write")
        lines = self._run_self_test()
        self.write(
            {
                "test_date": fields.Datetime.now(),
                "test_passed": all(passed for passed, _text in lines),
                "test_report": "\n".join(
                    f"{MARKS[passed]} {text}" for passed, text in lines
                ),
            }
        )
        return True

    def _run_self_test(self):
        """Return a list of `(passed, text)`."""
        missing = self._get_missing_settings()
        if missing:
            names = ", ".join(missing.mapped("label"))
            return [(False, self.env._("These settings are missing: %s.", names))]
        if self._get_missing() == "no_key":
            return [(False, self.env._("The source has no key yet."))]
        lines = [(True, self.env._("All settings are filled in."))]
        try:
            if said := self._drive("check"):
                lines.append((True, self.env._("The provider answers: %s", said)))
        except channel.SendError as error:
            lines.append((False, self.env._("The provider refuses us: %s", error)))
        if result := self._try_way_in():
            lines.append(result)
        if self.last_event_date:
            lines.append((True, self.env._("Requests have been received before.")))
        return lines

    def _try_way_in(self):
        """Take in a request signed as the provider signs; it is forgotten again."""
        adapter, settings = self._get_channel(), self._get_settings()
        sample = adapter.sample(settings, secrets.randbelow(10**9))
        if sample is None:
            return None
        try:
            with self._spoken():
                adapter.verify(sample, settings)
                for index, _external_id in enumerate(adapter.split(sample)):
                    adapter.read(sample, index, settings)
        except (channel.Refused, channel.Unreadable) as error:
            return False, self.env._("A signed request was not understood: %s", error)
        return True, self.env._("A request signed with these secrets is accepted.")

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_settings(self):
        self.ensure_one()
        return self.sudo().setting_ids._get_values()

    def _drive(self, what, *arguments):
        """Run one of the outgoing generators of this source's channel.

        :raise SendError: with the provider's words
        """
        self.ensure_one()
        with self._spoken():
            generator = getattr(self._get_channel(), what)(
                self._get_settings(), *arguments
            )
            return calling.run(generator, transport.send)

    def _get_lang(self):
        """The language that is kept: what is stored is for everybody of the company."""
        self.ensure_one()
        return self.sudo().company_id.partner_id.lang or "en_US"

    def _spoken(self, for_keeping=False):
        """Let the channel of this source speak the language of who asks, or else of the
        company, as nobody asks in a background job.

        :param for_keeping: in any case that of the company, as it will be stored
        """
        self.ensure_one()

        def translate(module, text):
            # Looked up only when something is said, which is seldom.
            asked = None if for_keeping else self.env.context.get("lang")
            return get_translation(module, asked or self._get_lang(), text, ())

        return speech.spoken(translate)

    def _for_keeping(self):
        """This source in the language of its company, for what is stored."""
        return self.with_context(lang=self._get_lang())

    @api.model
    def _find_by_hook_token(self, token):
        """The active source that this token is the address of.

        :raise AccessError: when there is none
        """
        return self.sudo().browse(self._get_id_by_hook_token(token))

    @ormcache("token")
    def _get_id_by_hook_token(self, token):
        # As with keys: a miss raises and so is not remembered. The database takes no NUL.
        source = "\0" not in token and self.sudo().search_fetch(
            [("hook_token", "=", token)], ["id"], limit=1
        )
        if not source:
            raise AccessError(self.env._("No active source has this address."))
        return source.id

    def _note_refusal(self, reason):
        """Let people see that something is refused; once a minute is enough."""
        self.ensure_one()
        now = fields.Datetime.now()
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_source
                   SET refused_date = %(now)s, refused_reason = %(reason)s
                 WHERE id IN (
                     SELECT id FROM crm_orders_source
                      WHERE id = %(id)s
                        AND (refused_date IS NULL
                             OR refused_date < %(now)s - interval '1 minute')
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
                reason=reason[:200],
                id=self.id,
            )
        )
        self.invalidate_recordset(["refused_date", "refused_reason"], flush=False)
