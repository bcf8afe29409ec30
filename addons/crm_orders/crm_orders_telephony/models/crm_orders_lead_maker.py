from odoo import api, models


class CrmOrdersLeadMaker(models.AbstractModel):
    _inherit = "crm_orders.lead.maker"

    @api.model
    def _look_up(self, source, inquiries):
        """Who people are and which open leads they have; nothing is made.

        :return: list of `(match, lead)`; the lead may be empty
        """
        maker = self.with_company(source.company_id)
        source = source.with_env(maker.env)
        people = [maker._get_handles(source, inquiry) for inquiry in inquiries]
        identities = maker.env["crm_orders.identity"]
        identities._lock([one for handles in people for one in handles])
        matches = identities._match(people, source.company_id)
        leads = maker._find_open_leads(source, inquiries, people, matches)
        nothing = self.env["crm.lead"]
        return [
            (match, leads.get(index, nothing).with_env(self.env))
            for index, match in enumerate(matches)
        ]
