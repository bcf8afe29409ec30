import { describe, expect, test } from "@odoo/hoot";
import {
    manuallyDispatchProgrammaticEvent,
    queryAllTexts,
    queryOne,
} from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineParams,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");
defineMailModels();

const KEYS = ["leads", "contacted", "qualified", "quotation", "won"];

function funnel(counts, more = {}) {
    return {
        steps: counts.map((count, index) => ({
            key: KEYS[index],
            count,
            share: counts[0] ? count / counts[0] : null,
            conversion: index && counts[index - 1] ? count / counts[index - 1] : null,
        })),
        cost: 0,
        revenue: 0,
        cost_per_lead: null,
        cost_per_won: null,
        return: null,
        ...more,
    };
}

const COSTS = {
    cost: 500,
    cost_per_lead: 5,
    cost_per_won: 50,
    revenue: 2000,
    return: 3,
};
const DATA = {
    domain: [["date", ">=", "2024-03-03 22:00:00"]],
    currency_id: 1,
    total: funnel([100, 80, 40, 20, 10], COSTS),
    groups: [
        {
            id: 7,
            name: "Ads",
            domain: [["source_id", "=", 7]],
            ...funnel([60, 50, 30, 15, 9]),
        },
        {
            id: false,
            name: "Not known",
            domain: [["source_id", "=", false]],
            ...funnel([40, 30, 10, 5, 1]),
        },
    ],
};

async function open(answer = DATA) {
    mockDate("2024-05-31 12:00:00");
    onRpc("crm_orders.funnel", "get_funnel", ({ args }) => {
        expect.step(args.join());
        return answer;
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_orders_funnel",
        name: "Funnel by Source",
    });
}

test("bars are as wide as their share", async () => {
    await open();
    expect.verifySteps(["2024-03-03,2024-05-31,source_id"]);
    const widths = KEYS.map(
        (key) => queryOne(`[data-step='${key}'] .o_crm_orders_funnel_bar`).style.width
    );
    expect(widths).toEqual(["100%", "80%", "40%", "20%", "10%"]);
    expect(queryAllTexts(".o_crm_orders_funnel_arrow")).toEqual([
        "80 %",
        "50 %",
        "50 %",
        "50 %",
    ]);
    expect("[data-step='won']").toHaveText(/10\s*Won\s*\(10 %\)/);
    expect("[data-figure='return']").toHaveText(/300 %/);
    expect("[data-group='7']").toHaveText(/Ads/);
});

test("numbers are written as the user's language has it", async () => {
    defineParams({ lang_parameters: { decimal_point: ",", thousands_sep: " " } });
    await open({ ...DATA, total: funnel([1000, 55, 40, 20, 10], COSTS), groups: [] });
    expect(".o_crm_orders_funnel_arrow:first").toHaveText("5,5 %");
    expect("[data-figure='cost_per_lead']").toHaveText(/5,00/);
    expect("[data-figure='revenue']").toHaveText(/2 000/);
    expect.verifySteps(["2024-03-03,2024-05-31,source_id"]);
});

test("what there is nothing to compare with is a dash", async () => {
    await open({ ...DATA, total: funnel([4, 0, 0, 0, 0]), groups: [] });
    expect.verifySteps(["2024-03-03,2024-05-31,source_id"]);
    expect("[data-figure='return']").toHaveText(/–/);
    expect("[data-step='won'] button").not.toBeEnabled();
});

test("an empty period says what to do", async () => {
    await open({ ...DATA, total: funnel([0, 0, 0, 0, 0]), groups: [] });
    expect.verifySteps(["2024-03-03,2024-05-31,source_id"]);
    expect(".o_crm_orders_funnel h4").toHaveText("No leads in this period");
    expect(".o_crm_orders_funnel_card").toHaveCount(0);
});

test("period and comparison are chosen", async () => {
    await open();
    await contains(".o_crm_orders_funnel_period").select("all");
    await contains(".o_crm_orders_funnel_group").select("channel_id");
    await contains(".o_crm_orders_funnel_period").select("own");
    expect.verifySteps([
        "2024-03-03,2024-05-31,source_id",
        "false,false,source_id",
        "false,false,channel_id",
        "2024-01-01,2024-05-31,channel_id",
    ]);
    const input = queryOne(".o_crm_orders_funnel input:last");
    input.value = "2023-05-31";
    await manuallyDispatchProgrammaticEvent(input, "change");
    await animationFrame();
    expect(".alert-warning").toHaveText("The period ends before it begins.");
    expect.verifySteps([]);
});

test("a bar lists its leads", async () => {
    await open();
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(JSON.stringify([action.name, action.domain])),
    });
    expect.verifySteps(["2024-03-03,2024-05-31,source_id"]);
    await contains("[data-step='qualified'] button").click();
    await contains("[data-group='7'] .btn-link").click();
    expect.verifySteps([
        JSON.stringify(["Qualified", [...DATA.domain, ["qualified", "=", 1]]]),
        JSON.stringify([
            "Ads",
            [...DATA.domain, ["lead_id", "!=", false], ["source_id", "=", 7]],
        ]),
    ]);
});
