from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.address import MAX_LENGTH, AddressError, complete_address


class RetailPosProxy(models.Model):
    """Device service of tills: where the browser finds the printer and the drawer."""

    _name = "retail_pos.proxy"
    _description = "Till Device Service"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, help="A name your staff recognises, e.g. Till at the entrance."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The service is used by shops of this company.",
    )
    url = fields.Char(
        string="Address",
        required=True,
        default="http://127.0.0.1:8073",
        help="Where the browser of the till reaches the service: scheme, host and port, "
        "and the secret if the service asks for one (http://192.168.1.5:8073/k/SECRET). "
        "127.0.0.1 is the computer of the till itself.",
    )
    config_ids = fields.One2many(
        "pos.config",
        "retail_pos_proxy_id",
        string="Outlets",
        check_company=True,
        help="Shops that print through this service.",
    )
    config_count = fields.Integer(
        string="Number of Outlets", compute="_compute_config_count"
    )
    print_receipts = fields.Boolean(
        default=True, help="Receipts go to the printer of this service."
    )
    open_drawer = fields.Boolean(
        string="Open Cash Drawer",
        compute="_compute_open_drawer",
        store=True,
        readonly=False,
        precompute=True,
        help="The drawer opens when a customer pays cash or gets change, and when the "
        "cash is counted. It is connected to the receipt printer.",
    )
    use_scanner = fields.Boolean(
        string="Barcode Scanner",
        help="Only for scanners that are connected to the service. A scanner that types "
        "like a keyboard works without.",
    )
    use_scale = fields.Boolean(
        string="Scale", help="Weigh products on the scale of this service."
    )

    @api.depends("config_ids")
    def _compute_config_count(self):
        groups = self.env["pos.config"]._read_group(
            [("retail_pos_proxy_id", "in", self.ids)],
            ["retail_pos_proxy_id"],
            ["__count"],
        )
        counts = {proxy.id: count for proxy, count in groups}
        for proxy in self:
            proxy.config_count = counts.get(proxy._origin.id, 0)

    @api.depends("print_receipts")
    def _compute_open_drawer(self):
        for proxy in self:
            proxy.open_drawer = proxy.print_receipts

    @api.constrains("active")
    def _check_active(self):
        linked = self.filtered(lambda proxy: not proxy.active and proxy.config_ids)
        if linked:
            raise ValidationError(
                self.env._(
                    "%(service)s is still used by %(outlets)s. Choose another device "
                    "service there first.",
                    service=linked[0].name,
                    outlets=", ".join(linked[0].config_ids.mapped("name")),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "url" in vals:
                vals["url"] = self._complete_url(vals["url"])
        return super().create(vals_list)

    def write(self, vals):
        if "url" in vals:
            vals = dict(vals, url=self._complete_url(vals["url"]))
        result = super().write(vals)
        if vals.keys() & self._get_outlet_fields():
            self.config_ids._fill_from_device_service()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if self.config_ids:
            raise UserError(
                self.env._(
                    "%s still print through this device service. Choose another one "
                    "there first.",
                    ", ".join(self.config_ids.mapped("name")),
                )
            )

    def action_check(self):
        """Open the page that tries the devices out, from this very browser."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "retail_pos_hardware.proxy_health",
            "name": self.env._("Check of %s", self.name),
            "params": {"proxy_id": self.id},
        }

    @api.model
    def _get_outlet_fields(self):
        """Fields that outlets take over; glue modules may add theirs."""
        return {"url", "print_receipts", "open_drawer", "use_scanner", "use_scale"}

    def _prepare_outlet_vals(self):
        """What an outlet of this service must have in core's own fields, so that the
        point of sale finds its devices; an empty recordset clears them."""
        return {
            "is_posbox": bool(self),
            "proxy_ip": self.url,
            "iface_print_via_proxy": self.print_receipts,
            "iface_cashdrawer": self.print_receipts and self.open_drawer,
            "iface_scan_via_proxy": self.use_scanner,
            "iface_electronic_scale": self.use_scale,
        }

    @api.model
    def _complete_url(self, url):
        """The address with all its parts, or an error that says what is wrong."""
        try:
            return complete_address(url)
        except AddressError as error:
            raise ValidationError(self._get_address_errors()[error.reason]) from error

    @api.model
    def _get_address_errors(self):
        return {
            "empty": self.env._("Enter the address of the device service."),
            "scheme": self.env._("The address must begin with http:// or https://."),
            "host": self.env._(
                "The address has no valid host. An example: http://192.168.1.5:8073"
            ),
            "port": self.env._(
                "The port of the address must be a number from 1 to 65535. An example: "
                "http://192.168.1.5:8073"
            ),
            "path": self.env._(
                "After the port the address may only have names made of letters, digits, "
                "- and _. An example: http://192.168.1.5:8073/k/SECRET"
            ),
            "long": self.env._(
                "The address may have %s characters at most. Use a shorter secret or an "
                "IP address.",
                MAX_LENGTH,
            ),
        }
