import { describe, expect, test } from "@odoo/hoot";
import { MakeOrder } from "@crm_orders_pos/app/components/make_order/make_order";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { onRpc } from "@web/../tests/web_test_helpers";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";

definePosModels();
describe.current.tags("desktop");

async function setupOrder() {
    const store = await setupPosEnv();
    const saleOrder = store.models["sale.order"].create({ id: 77, name: "S00077" });
    const order = store.addNewOrder();
    return { store, saleOrder, order };
}

function addLine(store, order, values = {}) {
    const product_tmpl_id = store.models["product.template"].get(5);
    return store.addLineToOrder({ product_tmpl_id, ...values }, order);
}

test("deposits that were given back are not deducted", async () => {
    const { store, saleOrder, order } = await setupOrder();
    const [held, returned, goods] = [1, 2, 3].map((number) =>
        store.models["sale.order.line"].create({
            id: 70 + number,
            is_downpayment: number !== 3,
        })
    );
    for (const line of [goods, held, returned]) {
        await addLine(store, order, {
            sale_order_origin_id: saleOrder,
            sale_order_line_id: line,
            price_unit: 10,
            qty: line === goods ? 1 : -1,
        });
    }
    const taken = await addLine(store, order);
    store.crmOrdersCorrectDeductions(order, saleOrder, {
        deductions: { 71: 1, 72: 0 },
    });
    expect(order.lines.map((line) => [line.sale_order_line_id?.id, line.qty])).toEqual([
        [73, 1],
        [71, -1],
        [undefined, taken.qty],
    ]);
});

test("an order of somebody else gets a cart of its own", async () => {
    const { store, saleOrder, order } = await setupOrder();
    const [one, other] = [3, 4].map((id) => store.models["res.partner"].get(id));
    saleOrder.partner_id = one;
    expect(store.crmOrdersGetCart(saleOrder).uuid).toBe(order.uuid);
    expect(order.getPartner().id).toBe(one.id);
    order.setPartner(other);
    const cart = store.crmOrdersGetCart(saleOrder);
    expect(cart.uuid).not.toBe(order.uuid);
    expect(cart.getPartner().id).toBe(one.id);
});

test("the same values are sent with the same number", async () => {
    const { store, order } = await setupOrder();
    order.setPartner(store.models["res.partner"].get(3));
    const line = await addLine(store, order);
    const dialog = Object.assign(Object.create(MakeOrder.prototype), {
        pos: store,
        props: { order, lines: [line], getPayload() {}, close() {} },
        sent: {},
        state: {
            chosen: { [line.uuid]: true },
            deposit: "12,50",
            note: "",
            phone: "",
            offer: { total: 100 },
        },
    });
    expect(dialog.deposit).toBe(12.5);
    expect(dialog.remaining).toBe(87.5);
    const numbers = [];
    let isLost = true;
    onRpc("crm_orders.till", "make_order", ({ args }) => {
        numbers.push(args[1].uuid);
        expect(args[1].deposit).toBe(12.5);
        if (isLost) {
            isLost = false;
            throw new Error("The answer is lost.");
        }
        return { order: { id: 1, name: "S1" }, deposit: 0, records: {} };
    });
    await dialog.confirm();
    expect(dialog.state.problem).not.toBe("");
    await dialog.confirm();
    expect(numbers.length).toBe(2);
    expect(numbers[0]).toBe(numbers[1]);
    expect(dialog.getNumber({ other: 1 })).not.toBe(numbers[0]);
});
