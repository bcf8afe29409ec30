from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmOrdersDocumentSign(models.TransientModel):
    """The screen that a seller turns to the customer, to read and to sign."""

    _name = "crm_orders.document.sign"
    _description = "Sign a Document"

    document_id = fields.Many2one(
        "crm_orders.document", required=True, readonly=True, ondelete="cascade"
    )
    # Read with the user's own rights, whatever document a client puts here.
    heading = fields.Char(
        "Document to Sign", related="document_id.display_name", related_sudo=False
    )
    content = fields.Html(related="document_id.content", related_sudo=False)
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Who signs. The name is printed below the signature.",
    )
    signature = fields.Binary(attachment=False, help="Touch, then draw the signature.")

    @api.depends("document_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.document_id.partner_id.name

    def action_sign(self):
        """Put the signature on the document; nothing of it changes from then on."""
        self.ensure_one()
        document = self.document_id
        document._check_worker(("made", "sent"))
        if not self.signature:
            raise UserError(
                self.env._("The signature is missing: touch, then draw it.")
            )
        image = self.with_context(bin_size=False).signature
        problem = document.sudo()._sign(self.name, image.decode(), user=self.env.user)
        if problem:
            raise UserError(problem)
        # What was drawn is on the document now, and nowhere else.
        self.signature = False
        return document._get_form_action()
