import { PosData } from "@point_of_sale/app/services/data_service";
import { patch } from "@web/core/utils/patch";

patch(PosData.prototype, {
    /** Odoo reads lines of orders after each deposit; a cashier may have no right on them. */
    async read(model, ids) {
        if (model !== "sale.order.line") {
            return super.read(...arguments);
        }
        const found = await this.callRelated(
            "crm_orders.till",
            "read_lines",
            [odoo.pos_session_id, ids],
            {},
            false
        );
        return found[model];
    },
});
