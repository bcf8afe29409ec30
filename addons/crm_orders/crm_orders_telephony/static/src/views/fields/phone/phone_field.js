import { session } from "@web/session";
import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";

/** A click on a number calls it through the exchange, for people who have an extension. */
patch(PhoneField.prototype, {
    onClickNumber(ev) {
        if (!session.crm_orders_click_to_call) {
            return;
        }
        ev.preventDefault();
        this.env.services.crm_orders_dial.dial(this.props.record.data[this.props.name]);
    },
});
