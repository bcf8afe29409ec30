import { describe, expect, test } from "@odoo/hoot";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { addLine, discounts, GOLD, setupLoyaltyEnv, SILVER } from "../utils";

definePosModels();

const CENT = { margin: 0.0051 };

describe("discount of the tier", () => {
    test("customer first, then goods", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        expect(order.loyalty_tier_id.id).toBe(GOLD);
        const line = await addLine(store, order);
        expect(discounts(line)).toEqual([10, 10, 0]);
        expect(order.priceIncl).toBeCloseTo(line.priceIncl, CENT);
        expect(line.priceIncl).toBeCloseTo(line.priceInclNoDiscount * 0.9, CENT);
    });

    test("goods first, then the customer, and back", async () => {
        const { store, gold, nobody } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        const line1 = await addLine(store, order);
        const line2 = await addLine(store, order, 6);
        const full = order.priceIncl;
        order.setPartner(gold);
        expect([line1, line2].map(discounts)).toEqual([
            [10, 10, 0],
            [10, 10, 0],
        ]);
        expect(order.priceIncl).toBeLessThan(full);
        order.setPartner(nobody);
        expect([line1, line2].map(discounts)).toEqual([
            [0, 0, 0],
            [0, 0, 0],
        ]);
        expect(order.priceIncl).toBeCloseTo(full, CENT);
        expect(order.loyalty_tier_id).toBe(undefined);
        order.setPartner(false);
        expect(order.priceIncl).toBeCloseTo(full, CENT);
    });

    test("the same product twice stays one line", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        await addLine(store, order);
        await addLine(store, order);
        expect(order.lines.length).toBe(1);
        expect(order.lines[0].qty).toBe(2);
        expect(discounts(order.lines[0])).toEqual([10, 10, 0]);
        order.lines[0].setQuantity(5);
        expect(discounts(order.lines[0])).toEqual([10, 10, 0]);
    });

    test("the customer gets the better of the cashier's discount and the tier's", async () => {
        const { store, gold, nobody } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        const line = await addLine(store, order);
        line.setDiscount(4);
        order.setPartner(gold);
        expect(discounts(line)).toEqual([10, 10, 4]);
        await store.setDiscountFromUI(line, "25");
        expect(discounts(line)).toEqual([25, 0, 0]);
        await store.setDiscountFromUI(line, "3");
        expect(discounts(line)).toEqual([10, 10, 3]);
        order.setPartner(nobody);
        expect(discounts(line)).toEqual([3, 0, 0]);
    });

    test("excluded goods, tips and negative lines", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        const template = store.models["product.template"].get(6);
        store.models["product.template"].update(template, {
            loyalty_tier_excluded: true,
        });
        expect(discounts(await addLine(store, order, 6))).toEqual([0, 0, 0]);
        store.config.tip_product_id = store.models["product.product"].get(1);
        expect(discounts(await addLine(store, order, 1))).toEqual([0, 0, 0]);
        const line = await addLine(store, order, 5, { price_unit: -7 });
        expect(discounts(line)).toEqual([0, 0, 0]);
        expect(order.loyaltySavings).toBe(null);
    });

    test("a returned line keeps the discount of the sale", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const sold = store.addNewOrder();
        const soldLine = await addLine(store, sold);
        soldLine.setDiscount(2);
        const order = store.addNewOrder();
        const line = store.models["pos.order.line"].create({
            order_id: order,
            product_id: soldLine.product_id,
            qty: -1,
            price_unit: soldLine.price_unit,
            discount: soldLine.discount,
            refunded_orderline_id: soldLine,
        });
        order.setPartner(gold);
        expect(discounts(line)).toEqual([2, 0, 0]);
    });

    test("a free product is worth what its product costs the customer", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        const reward = store.models["loyalty.reward"].get(3);
        const free = await addLine(store, order, 18, {
            price_unit: -10,
            is_reward_line: true,
            reward_id: reward,
        });
        expect(discounts(free)).toEqual([10, 10, 0]);
        const discountReward = store.models["loyalty.reward"].get(1);
        const other = await addLine(store, order, 18, {
            price_unit: -10,
            is_reward_line: true,
            reward_id: discountReward,
        });
        expect(discounts(other)).toEqual([0, 0, 0]);
    });

    test("prices are computed once for any number of lines", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        for (let index = 0; index < 20; index++) {
            await addLine(store, order, 5, { price_unit: index + 1 });
        }
        let computed = 0;
        const original = order.triggerRecomputeAllPrices;
        order.triggerRecomputeAllPrices = function () {
            computed++;
            return original.apply(this, arguments);
        };
        order.partner_id = gold;
        computed = 0;
        order.applyLoyaltyTier();
        expect(computed).toBe(1);
        expect(order.lines.every((line) => line.discount === 10)).toBe(true);
        order.applyLoyaltyTier();
        expect(computed).toBe(1);
    });

    test("a new line costs no further computation", async () => {
        const { store, gold, nobody } = await setupLoyaltyEnv();
        const count = async (partner) => {
            const order = store.addNewOrder();
            order.setPartner(partner);
            let computed = 0;
            const original = order.triggerRecomputeAllPrices;
            order.triggerRecomputeAllPrices = function () {
                computed++;
                return original.apply(this, arguments);
            };
            await addLine(store, order);
            return computed;
        };
        expect(await count(gold)).toBe(await count(nobody));
    });

    test("what is written goes to the server", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        await addLine(store, order);
        const data = order.serializeForORM({ keepCommands: true });
        expect(data.loyalty_tier_id).toBe(GOLD);
        expect(data.lines[0][2].discount).toBe(10);
        expect(data.lines[0][2].loyalty_discount).toBe(10);
    });

    test("a paid order is not touched", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        const line = await addLine(store, order);
        order.partner_id = gold;
        order.state = "paid";
        order.applyLoyaltyTier();
        expect(discounts(line)).toEqual([0, 0, 0]);
    });

    test("a tier that was reached meanwhile is taken before the payment", async () => {
        const { store, nobody } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(nobody);
        const line = await addLine(store, order);
        expect(discounts(line)).toEqual([0, 0, 0]);
        store.models.loadConnectedData({
            "loyalty.membership": [{ id: 9, partner_id: nobody.id, tier_id: SILVER }],
        });
        await store.pay();
        expect(discounts(line)).toEqual([5, 5, 0]);
        expect(order.loyaltySavings.label).toBe("Silver customer -5 %");
    });
});

describe("receipt", () => {
    test("what the tier saved", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(gold);
        const line = await addLine(store, order);
        const other = await addLine(store, order, 6);
        other.setDiscount(50);
        expect(order.loyaltySavings.label).toBe("Gold customer -10 %");
        const saved = line.priceInclNoDiscount - line.priceIncl;
        expect(saved).toBeGreaterThan(0);
        expect(order.loyaltySavings.amount).toBeCloseTo(saved, CENT);
    });

    test("percent with decimals", async () => {
        const { store, gold } = await setupLoyaltyEnv();
        const tier = store.models["loyalty.tier"].get(GOLD);
        store.models["loyalty.tier"].update(tier, { discount: 12.5 });
        const order = store.addNewOrder();
        order.setPartner(gold);
        await addLine(store, order);
        expect(order.loyaltySavings.label).toBe("Gold customer -12.5 %");
    });

    test("nothing for a customer without tier", async () => {
        const { store, nobody } = await setupLoyaltyEnv();
        const order = store.addNewOrder();
        order.setPartner(nobody);
        await addLine(store, order);
        expect(order.loyaltySavings).toBe(null);
    });
});

describe("customer", () => {
    test("contact of a company has its tier", async () => {
        const { store, nobody } = await setupLoyaltyEnv();
        expect(nobody.loyaltyTier).toBe(undefined);
        store.models["res.partner"].update(nobody, { loyalty_owner_id: 777 });
        store.models.loadConnectedData({
            "loyalty.membership": [{ id: 8, partner_id: 777, tier_id: SILVER }],
        });
        expect(nobody.loyaltyTier.id).toBe(SILVER);
    });

    test("membership that came with the customer", async () => {
        const { store, nobody } = await setupLoyaltyEnv();
        store.models.loadConnectedData({
            "loyalty.membership": [{ id: 8, partner_id: 778, tier_id: SILVER }],
        });
        const membership = store.models["loyalty.membership"].get(8);
        store.models["res.partner"].update(nobody, {
            loyalty_membership_id: membership,
        });
        expect(nobody.loyaltyTier.id).toBe(SILVER);
    });
});

test("not set up: nothing is written on lines and orders", async () => {
    const store = await setupPosEnv();
    const order = store.addNewOrder();
    order.setPartner(store.models["res.partner"].get(3));
    const line = await addLine(store, order);
    line.setDiscount(7);
    await store.pay();
    expect(line.discount).toBe(7);
    expect(line.loyalty_discount).toBe(undefined);
    expect(line.loyalty_manual_discount).toBe(undefined);
    expect(order.loyalty_tier_id).toBe(undefined);
});
