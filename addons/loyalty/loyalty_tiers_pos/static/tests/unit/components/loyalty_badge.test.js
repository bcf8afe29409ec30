import { expect, test } from "@odoo/hoot";
import { queryAll, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { PartnerLine } from "@point_of_sale/app/screens/partner_list/partner_line/partner_line";
import { SelectPartnerButton } from "@point_of_sale/app/screens/product_screen/control_buttons/select_partner_button/select_partner_button";
import { addLine, setupLoyaltyEnv } from "../utils";

definePosModels();

test("badge in the list of customers", async () => {
    const { gold } = await setupLoyaltyEnv();
    const nothing = () => {};
    await mountWithCleanup(PartnerLine, {
        props: {
            partner: gold,
            close: nothing,
            isSelected: false,
            isBalanceDisplayed: false,
            onClickEdit: nothing,
            onClickUnselect: nothing,
            onClickPartner: nothing,
            onClickOrders: nothing,
        },
    });
    expect(queryText(".partner-info .loyalty-badge")).toBe("Gold");
});

test("badge on the button of the customer", async () => {
    const { gold } = await setupLoyaltyEnv();
    await mountWithCleanup(SelectPartnerButton, { props: { partner: gold } });
    expect(queryText(".set-partner .loyalty-badge")).toBe("Gold");
});

test("no badge without a tier or a customer", async () => {
    const { nobody } = await setupLoyaltyEnv();
    await mountWithCleanup(SelectPartnerButton, { props: { partner: nobody } });
    await mountWithCleanup(SelectPartnerButton, { props: {} });
    expect(queryAll(".set-partner").length).toBe(2);
    expect(queryAll(".loyalty-badge").length).toBe(0);
});

test("line on the receipt", async () => {
    const { store, gold } = await setupLoyaltyEnv();
    const order = store.addNewOrder();
    order.setPartner(gold);
    await addLine(store, order);
    await mountWithCleanup(OrderReceipt, { props: { order } });
    expect(".loyalty-savings").toHaveCount(1);
    expect(queryText(".loyalty-savings span:first-child")).toBe("Gold customer -10 %");
    expect(".orderline .loyalty-line-tier").toHaveCount(0);
    // the tier's line says it all: "Discounts" would repeat the amount
    expect(".label-discount").toHaveCount(0);
});

test("another discount beside the tier's on the receipt", async () => {
    const { store, gold } = await setupLoyaltyEnv();
    const order = store.addNewOrder();
    order.setPartner(gold);
    await addLine(store, order);
    const other = await addLine(store, order, 6);
    other.setDiscount(50);
    await mountWithCleanup(OrderReceipt, { props: { order } });
    expect(".loyalty-savings").toHaveCount(1);
    expect(".label-discount").toHaveCount(1);
});
