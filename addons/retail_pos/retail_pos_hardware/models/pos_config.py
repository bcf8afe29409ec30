from odoo import api, fields, models
from odoo.exceptions import AccessError


class PosConfig(models.Model):
    """A shop takes its devices from a device service.

    The service fills core's own fields for the "IoT Box", so that the point of sale
    works as it is; our JavaScript adds job numbers and real error texts to it.
    """

    _inherit = "pos.config"

    retail_pos_proxy_id = fields.Many2one(
        "retail_pos.proxy",
        string="Till Device Service",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The service that prints receipts and opens the cash drawer of this shop.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("retail_pos_proxy_id") for vals in vals_list):
            self._check_device_service_rights()
        configs = super().create(vals_list)
        configs.filtered("retail_pos_proxy_id")._fill_from_device_service()
        return configs

    def write(self, vals):
        if self._leads_devices_elsewhere(vals):
            self._check_device_service_rights()
        before = self.filtered("retail_pos_proxy_id")
        result = super().write(vals)
        after = self.filtered("retail_pos_proxy_id")
        filled = self.env["retail_pos.proxy"]._prepare_outlet_vals().keys()
        if "retail_pos_proxy_id" in vals or (after and filled & vals.keys()):
            (before | after)._fill_from_device_service()
        return result

    def _leads_devices_elsewhere(self, vals):
        """Whether receipts or the drawer of a shop would go somewhere else."""
        own, printers = "retail_pos_proxy_id", ("other_devices", "epson_printer_ip")
        return any(
            (own in vals and config[own].id != (vals[own] or False))
            # what a service fills is restored; core's printer would go first
            or (
                config[own]
                and any(
                    name in vals and config[name] != vals[name] for name in printers
                )
            )
            for config in self
        )

    def _check_device_service_rights(self):
        """Core lets cashiers write on shops; where receipts go is a manager's choice."""
        if not self.env.su and not self.env.user.has_group(
            "point_of_sale.group_pos_manager"
        ):
            raise AccessError(
                self.env._("Only managers of the point of sale may choose its devices.")
            )

    def _fill_from_device_service(self):
        """Bring core's fields in line with the service; without one, clear them."""
        batches = {}
        for config in self:
            vals = config.retail_pos_proxy_id._prepare_outlet_vals()
            if changed := config._get_device_changes(vals):
                batch = batches.setdefault(tuple(changed.items()), self.browse())
                batches[tuple(changed.items())] = batch | config
        for changed, configs in batches.items():
            # These are no entries of the settings' form, if this began there.
            configs.with_context(from_settings_view=False).write(dict(changed))

    def _get_device_changes(self, vals):
        """The part of `vals` that this shop does not have yet."""
        self.ensure_one()
        changed = {name: value for name, value in vals.items() if self[name] != value}
        if self.other_devices and self.epson_printer_ip:
            # The drawer hangs on the Epson printer, which has its own switch for it.
            changed.pop("iface_cashdrawer", None)
        return changed

    def _get_display_device_ip(self):
        """Our service drives no customer display: the browser's own one keeps working.

        Core takes any address here for a display of its box and goes looking for it at
        a fixed address, which leaves the customer with an empty screen.
        """
        if self.retail_pos_proxy_id:
            return False
        return super()._get_display_device_ip()
