import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";

export const SILVER = 2;
export const GOLD = 3;

/**
 * A till with tiers. Partner 3 is in Gold and partner 4 in nothing yet.
 */
export async function setupLoyaltyEnv() {
    const store = await setupPosEnv();
    store.models.loadConnectedData({
        "loyalty.tier": [
            { id: 1, name: "Bronze", threshold: 0, discount: 0, color: 2 },
            { id: SILVER, name: "Silver", threshold: 500, discount: 5, color: 8 },
            { id: GOLD, name: "Gold", threshold: 2000, discount: 10, color: 3 },
        ],
        "loyalty.membership": [{ id: 1, partner_id: 3, tier_id: GOLD }],
    });
    return {
        store,
        gold: store.models["res.partner"].get(3),
        nobody: store.models["res.partner"].get(4),
    };
}

export function addLine(store, order, templateId = 5, values = {}) {
    const product_tmpl_id = store.models["product.template"].get(templateId);
    return store.addLineToOrder({ product_tmpl_id, ...values }, order);
}

/** The discount and what it consists of. */
export function discounts(line) {
    return [
        line.discount || 0,
        line.loyalty_discount || 0,
        line.loyalty_manual_discount || 0,
    ];
}
