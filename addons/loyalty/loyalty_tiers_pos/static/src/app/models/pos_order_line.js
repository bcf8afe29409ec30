import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    /**
     * A new line gets its discount before its price is computed for the first time.
     */
    setup() {
        super.setup(...arguments);
        if (!this.isSynced && !this.models._loadingData) {
            this.order_id?.applyLoyaltyTier({ recompute: false });
        }
    },
    /**
     * What is typed, scanned or set by other modules is the discount by hand.
     */
    setDiscount() {
        super.setDiscount(...arguments);
        this.order_id?.applyLoyaltyTier();
    },
    /**
     * Whether the price of the line was agreed before, so that tiers leave it alone.
     * Glue modules add reasons.
     */
    hasFixedLoyaltyDiscount() {
        return Boolean(this.refunded_orderline_id);
    },
    /**
     * Whether a tier gives its discount on the line. A free product is a negative line:
     * it has to be worth what its product costs the customer.
     */
    isLoyaltyDiscountable() {
        const isFreeProduct = this.reward_id?.reward_type === "product";
        return (
            !this.product_id.product_tmpl_id?.loyalty_tier_excluded &&
            !this.isTipLine() &&
            (isFreeProduct || (!this.is_reward_line && this.price_unit >= 0))
        );
    },
    /**
     * The line as the engine reads it.
     */
    getLoyaltyEngineLine() {
        return {
            discount: this.getDiscount(),
            tier_discount: this.loyalty_discount || 0,
            manual_discount: this.loyalty_manual_discount || 0,
            excluded: !this.isLoyaltyDiscountable(),
        };
    },
});
