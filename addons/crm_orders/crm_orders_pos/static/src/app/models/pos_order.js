import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { getOrdersOnReceipt } from "@crm_orders_pos/app/utils/order_values";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** What the receipt says of sales orders; the server knows better once it has it. */
    get crmOrdersOnReceipt() {
        if (this.crm_orders_receipt) {
            return JSON.parse(this.crm_orders_receipt);
        }
        return getOrdersOnReceipt(this.lines, this.config.down_payment_product_id?.id);
    },
});
