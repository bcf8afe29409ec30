import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Customer extends models.Model {
    _name = "customer";
    name = fields.Char();
    _records = [
        { id: 1, name: "Aino" },
        { id: 2, name: "Eino" },
    ];
}

defineMailModels();
defineModels([Customer]);

const KINDS = [
    { key: "message", label: "Messages", icon: "fa-comments" },
    { key: "order", label: "Orders", icon: "fa-shopping-cart" },
];
const ENTRIES = [
    {
        key: "order-5",
        kind: "order",
        date: "2024-03-02 10:00:00",
        title: "S005",
        status: "Sales Order",
        tone: "success",
        amount: "10 €",
        text: "",
        author: "Sirpa",
        model: "sale.order",
        res_id: 5,
    },
    {
        key: "message-7",
        kind: "message",
        date: "2024-03-02 09:00:00",
        title: "Sofa",
        text: "<b>In blue?</b>",
        author: "Aino",
        direction: "in",
        model: "crm.lead",
        res_id: 7,
    },
    {
        key: "message-6",
        kind: "message",
        date: "2024-03-01 09:00:00",
        title: "Sofa",
        text: "Hello",
        author: "Sirpa",
        direction: "out",
        model: "customer",
        res_id: 1,
    },
];

function mountCustomer(options = {}) {
    mockDate("2024-06-01 12:00:00");
    return mountView({
        type: "form",
        resModel: "customer",
        resId: 1,
        arch: `<form><field name="name"/><widget name="crm_orders_timeline"/></form>`,
        ...options,
    });
}

test("entries are listed by day, with text that stays text", async () => {
    onRpc("customer", "crm_orders_get_timeline", ({ args }) => {
        expect(args).toEqual([[1], false, false, 30]);
        return { entries: ENTRIES, next: false, kinds: KINDS };
    });
    await mountCustomer();
    expect(".o_crm_orders_timeline_day").toHaveCount(2);
    expect(".o_crm_orders_timeline_entry").toHaveCount(3);
    expect(queryAllTexts(".o_crm_orders_timeline_text")).toEqual([
        "<b>In blue?</b>",
        "Hello",
    ]);
    expect("[data-key='order-5'] .badge").toHaveText("Sales Order");
    expect("[data-key='message-7'].o_direction_in").toHaveCount(1);
    expect(".o_crm_orders_timeline_more").toHaveCount(0);
});

test("a filter asks for one kind, and all again", async () => {
    onRpc("customer", "crm_orders_get_timeline", ({ args }) => {
        expect.step(args[1] ? args[1].join() : "all");
        const entries = args[1]
            ? ENTRIES.filter((e) => args[1].includes(e.kind))
            : ENTRIES;
        return { entries, next: false, kinds: KINDS };
    });
    await mountCustomer();
    await contains("[data-kind='order']").click();
    expect(".o_crm_orders_timeline_entry").toHaveCount(1);
    expect("[data-kind='order']").toHaveClass("btn-primary");
    await contains(".o_crm_orders_timeline_filters button:first").click();
    expect(".o_crm_orders_timeline_entry").toHaveCount(3);
    expect.verifySteps(["all", "order", "all"]);
});

test("older entries are added below", async () => {
    const place = ["2024-03-02T09:00:00", 1, 7];
    onRpc("customer", "crm_orders_get_timeline", ({ args }) => {
        if (args[2]) {
            expect(args[2]).toEqual(place);
            return { entries: ENTRIES.slice(2), next: false, kinds: KINDS };
        }
        return { entries: ENTRIES.slice(0, 2), next: place, kinds: KINDS };
    });
    await mountCustomer();
    expect(".o_crm_orders_timeline_entry").toHaveCount(2);
    await contains(".o_crm_orders_timeline_more").click();
    expect(".o_crm_orders_timeline_entry").toHaveCount(3);
    expect(".o_crm_orders_timeline_more").toHaveCount(0);
});

test("an entry opens what it is about, except the record itself", async () => {
    onRpc("customer", "crm_orders_get_timeline", () => ({
        entries: ENTRIES,
        next: false,
        kinds: KINDS,
    }));
    mockService("action", {
        doAction: (action) => expect.step(`${action.res_model} ${action.res_id}`),
    });
    await mountCustomer();
    await contains("[data-key='order-5']").click();
    await contains("[data-key='message-6']").click();
    expect.verifySteps(["sale.order 5"]);
});

test("the next record has a timeline of its own", async () => {
    onRpc("customer", "crm_orders_get_timeline", ({ args }) => ({
        entries: args[0][0] === 1 ? ENTRIES : [],
        next: false,
        kinds: KINDS,
    }));
    await mountCustomer({ resIds: [1, 2] });
    expect(".o_crm_orders_timeline_entry").toHaveCount(3);
    await contains(".o_pager_next").click();
    await animationFrame();
    expect(".o_crm_orders_timeline_entry").toHaveCount(0);
    expect(".o_crm_orders_timeline p").toHaveText(/Nothing has happened/);
});
