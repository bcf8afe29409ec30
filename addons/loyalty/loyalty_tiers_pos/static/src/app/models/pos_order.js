import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { orderDiscounts } from "@loyalty_tiers/engine";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    setPartner() {
        super.setPartner(...arguments);
        this.applyLoyaltyTier();
    },
    /**
     * Give the lines the better of their discount and that of the customer's tier.
     *
     * All discounts are computed first; then the lines that change are written without
     * events, and the prices of the order are computed once.
     *
     * @param {{ recompute?: boolean }} options recompute: false leaves the prices to the
     *  caller
     */
    applyLoyaltyTier({ recompute = true } = {}) {
        if (this.finalized || !this.models["loyalty.tier"]?.length) {
            return;
        }
        const tier = this.getPartner()?.loyaltyTier;
        const lines = this.lines.filter((line) => !line.hasFixedLoyaltyDiscount());
        const changes = orderDiscounts(
            lines.map((line) => line.getLoyaltyEngineLine()),
            tier?.discount || 0
        );
        for (const [index, values] of Object.entries(changes)) {
            lines[index].update(
                {
                    discount: values.discount,
                    loyalty_discount: values.tier_discount,
                    loyalty_manual_discount: values.manual_discount,
                },
                { silent: true }
            );
        }
        if (this.loyalty_tier_id?.id !== tier?.id) {
            this.loyalty_tier_id = tier;
        }
        if (recompute && Object.keys(changes).length) {
            this.triggerRecomputeAllPrices();
        }
    },
    /**
     * What the tier saved the customer on this order, for the receipt.
     */
    get loyaltySavings() {
        const lines = this.lines.filter((line) => line.loyalty_discount > 0);
        if (!lines.length || !this.loyalty_tier_id) {
            return null;
        }
        const percents = new Set(lines.map((line) => line.loyalty_discount));
        const tier = this.loyalty_tier_id.name;
        return {
            label:
                percents.size === 1
                    ? _t("%(tier)s customer -%(percent)s %", {
                          tier,
                          percent: formatPercent([...percents][0]),
                      })
                    : _t("%(tier)s customer", { tier }),
            amount: this.currency.round(
                lines.reduce((sum, line) => sum + line.prices.discount_amount, 0)
            ),
        };
    },
});

/** 10 and 12.5 rather than 10.00 and 12.50 */
function formatPercent(percent) {
    const digits = [0, 1, 2].find(
        (count) => Number(percent.toFixed(count)) === percent
    );
    return formatFloat(percent, { digits: [16, digits ?? 2] });
}
