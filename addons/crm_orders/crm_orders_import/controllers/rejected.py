from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RejectedRows(Controller):
    @route(
        "/crm_orders_import/<int:import_id>/rejected.xlsx", auth="user", readonly=True
    )
    def download(self, import_id):
        """Rows that were not taken over, with the reasons, to repair and upload."""
        record = request.env["crm_orders.import"].browse(import_id).exists()
        if not record or not record.has_access("read"):
            raise request.not_found()
        name = request.env._("Rejected rows of %s", record.name)
        return request.make_response(
            record._get_rejected_file(),
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
