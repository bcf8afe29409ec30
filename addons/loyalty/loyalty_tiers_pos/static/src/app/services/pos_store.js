import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /**
     * The tier may have changed since the lines were entered, e.g. by a payment at
     * another till or by a change in the office.
     */
    async pay() {
        this.getOrder()?.applyLoyaltyTier();
        return super.pay(...arguments);
    },
});
