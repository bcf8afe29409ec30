import { Component, useEffect, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ANSWERS = {
    none: "[name=customer_name] input",
    doubtful: ".o_crm_orders_quick_candidate",
};

/**
 * Who the phone number belongs to and what that customer has ordered. Where several
 * customers have the number, a touch chooses one of them, or somebody else.
 */
export class QuickCustomerField extends Component {
    static template = "crm_orders_quick.QuickCustomerField";
    static props = { ...standardFieldProps };

    setup() {
        this.root = useRef("root");
        useEffect(
            () => this.leadOn(),
            () => [this.facts.certainty, this.props.record.data.phone]
        );
    }

    get facts() {
        const facts = this.props.record.data[this.props.name];
        return facts || { candidates: [], orders: [] };
    }

    get chosen() {
        return this.facts.candidates.find((candidate) => candidate.is_chosen);
    }

    /**
     * Whoever works without a mouse goes on where an answer is needed; whoever writes
     * somewhere else already is left there.
     */
    leadOn() {
        const target = ANSWERS[this.facts.certainty];
        const active = document.activeElement;
        const writes = active?.matches("textarea, input:not([type=radio])");
        if (target && (!writes || active.closest("[name=phone]"))) {
            const form = this.root.el.closest(".o_form_renderer");
            form?.querySelector(target)?.focus();
        }
    }

    choose({ id, name }) {
        return this.props.record.update({
            partner_id: { id, display_name: name },
            is_new_customer: false,
        });
    }

    chooseNobody() {
        return this.props.record.update({ partner_id: false, is_new_customer: true });
    }
}

registry.category("fields").add("crm_orders_quick_customer", {
    component: QuickCustomerField,
    supportedTypes: ["json"],
});
