import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    addLine,
    discounts,
    setupLoyaltyEnv,
} from "@loyalty_tiers_pos/../tests/unit/utils";

definePosModels();

test("a line of a sales order keeps its price", async () => {
    const { store, gold } = await setupLoyaltyEnv();
    const saleOrder = store.models["sale.order"].create({ id: 77, name: "S00077" });
    const order = store.addNewOrder();
    order.setPartner(gold);
    const ordered = await addLine(store, order, 5, { sale_order_origin_id: saleOrder });
    expect(discounts(ordered)).toEqual([0, 0, 0]);
    ordered.setDiscount(3);
    order.setPartner(gold);
    expect(discounts(ordered)).toEqual([3, 0, 0]);
    // what is taken along in the shop has the discount of the tier
    expect(discounts(await addLine(store, order, 6))).toEqual([10, 10, 0]);
});
