import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    /** What was ordered has the price of the order, with the tier of that day. */
    hasFixedLoyaltyDiscount() {
        return super.hasFixedLoyaltyDiscount() || Boolean(this.sale_order_origin_id);
    },
});
