import { expect, test } from "@odoo/hoot";
import {
    getLineValues,
    getOrderableLines,
    getOrdersOnReceipt,
    isTrackAddress,
} from "@crm_orders_pos/app/utils/order_values";

const TOKEN = "qyng5uMkwzye7-9hMjezriRdnpBz7GyQ";
const product = (id) => ({ id });

test("addresses of tracking pages are known", () => {
    expect(isTrackAddress(`https://shop.example/track/${TOKEN}`)).toBe(true);
    expect(isTrackAddress(`https://shop.example/track/${TOKEN}/`)).toBe(true);
    expect(isTrackAddress(`https://shop.example/track/${TOKEN}x`)).toBe(false);
    expect(isTrackAddress("https://shop.example/track")).toBe(false);
    expect(isTrackAddress("6411401015090")).toBe(false);
    expect(isTrackAddress(undefined)).toBe(false);
});

test("an order is made of what is sold here for the first time", () => {
    const goods = { qty: 1, product_id: product(1) };
    const lines = [
        goods,
        { ...goods, qty: -1 },
        { ...goods, qty: 0 },
        { ...goods, sale_order_origin_id: { id: 1 } },
        { ...goods, refunded_orderline_id: { id: 1 } },
        { ...goods, combo_parent_id: { id: 1 } },
        { ...goods, combo_line_ids: [{ id: 1 }] },
        { ...goods, combo_line_ids: [], product_id: product(2) },
        { ...goods, product_id: product(3) },
    ];
    expect(getOrderableLines(lines, [3])).toEqual([lines[0], lines[7]]);
    expect(getOrderableLines(lines).length).toBe(3);
});

test("the server is told what the cashier sees", () => {
    const line = { product_id: product(7), qty: 2, price_unit: 9.9 };
    expect(getLineValues(line)).toEqual({
        product_id: 7,
        quantity: 2,
        price: 9.9,
        discount: 0,
        note: "",
        attribute_value_ids: [],
    });
    expect(
        getLineValues({
            ...line,
            discount: 5,
            customer_note: "blue",
            attribute_value_ids: [{ id: 4 }],
        })
    ).toInclude(["note", "blue"]);
});

test("without the server the receipt reckons by itself", () => {
    const order = { id: 1, name: "S1", amount_total: 100, crm_orders_till_paid: 0 };
    const deposit = {
        sale_order_origin_id: order,
        product_id: product(9),
        qty: 1,
        priceIncl: 30,
    };
    expect(getOrdersOnReceipt([deposit], 9)).toEqual([
        { name: "S1", url: "", deposit: 30, remaining: 70 },
    ]);
    const settled = {
        ...order,
        crm_orders_till_paid: 30,
        crm_orders_track_url: "https://shop.example/track/x",
    };
    const lines = [
        {
            sale_order_origin_id: settled,
            product_id: product(1),
            qty: 1,
            priceIncl: 100,
        },
        { ...deposit, sale_order_origin_id: settled, qty: -1, priceIncl: -30 },
        { product_id: product(2), qty: 1, priceIncl: 5 },
    ];
    expect(getOrdersOnReceipt(lines, 9)).toEqual([
        {
            name: "S1",
            url: "https://shop.example/track/x",
            deposit: 0,
            remaining: 0,
        },
    ]);
    // an order that the till has forgotten says nothing
    expect(
        getOrdersOnReceipt([{ ...deposit, sale_order_origin_id: undefined }], 9)
    ).toEqual([]);
});
