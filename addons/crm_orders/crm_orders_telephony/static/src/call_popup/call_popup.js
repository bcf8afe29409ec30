import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** The cards of the calls that ring right now. */
export class CallPopup extends Component {
    static template = "crm_orders_telephony.CallPopup";
    static props = {};

    setup() {
        this.popup = useService("crm_orders_call_popup");
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState(this.popup.state);
    }

    openCustomer(call) {
        this.popup.close(call.id);
        return this.open("res.partner", call.partner_id);
    }

    openLead(call, lead) {
        this.popup.close(call.id);
        return this.open("crm.lead", lead.id);
    }

    async makeLead(call) {
        const action = await this.orm.call("crm_orders.call", "action_open_lead", [
            [call.id],
        ]);
        this.popup.close(call.id);
        return this.action.doAction(action);
    }

    open(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry
    .category("main_components")
    .add("crm_orders_call_popup", { Component: CallPopup });
