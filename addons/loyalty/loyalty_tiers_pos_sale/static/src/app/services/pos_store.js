import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    async settleSO() {
        const result = await super.settleSO(...arguments);
        for (const line of this.getOrder().lines) {
            const ordered = line.sale_order_line_id?.loyalty_discount;
            if (ordered && ordered === line.discount && !line.refunded_orderline_id) {
                line.loyalty_discount = ordered;
            }
        }
        return result;
    },
});
