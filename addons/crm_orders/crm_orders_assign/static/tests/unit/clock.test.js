import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    allowTranslations,
    defineModels,
    fields,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import { formatMinutes, readClock } from "@crm_orders_assign/inbox/clock";

describe.current.tags("desktop");

const { DateTime } = luxon;
const at = (time) => DateTime.fromISO(`2026-03-02T${time}:00`);

class Lead extends models.Model {
    _name = "lead";
    name = fields.Char();
    deadline = fields.Datetime();
    create_date = fields.Datetime();
    crm_orders_clock_start = fields.Datetime();
    crm_orders_first_response_date = fields.Datetime();
    crm_orders_turn_date = fields.Datetime();
    _records = [
        {
            id: 1,
            name: "Sofa",
            deadline: "2026-03-02 11:00:00",
            crm_orders_clock_start: "2026-03-02 10:00:00",
        },
    ];
}

defineMailModels();
defineModels([Lead]);

test("minutes are told as people say them", () => {
    allowTranslations();
    expect(formatMinutes(0.9).toString()).toBe("0 min");
    expect(formatMinutes(-3).toString()).toBe("0 min");
    expect(formatMinutes(59.9).toString()).toBe("59 min");
    expect(formatMinutes(60).toString()).toBe("1 h");
    expect(formatMinutes(47 * 60 + 59).toString()).toBe("47 h");
    expect(formatMinutes(48 * 60).toString()).toBe("2 d");
});

test("the light follows the time that is left", () => {
    allowTranslations();
    const lead = { deadline: at("11:00"), start: at("10:00") };
    const read = (time, more = {}) => {
        const { light, text } = readClock({ ...lead, ...more }, at(time));
        return `${light} ${text}`;
    };
    expect(read("10:10")).toBe("green 50 min left");
    expect(read("10:45")).toBe("green 15 min left");
    expect(read("10:46")).toBe("yellow 14 min left");
    expect(read("11:00")).toBe("yellow 0 min left");
    expect(read("11:05")).toBe("red Late 5 min");
    expect(read("11:05", { answered: at("10:20"), turnDate: at("10:20") })).toBe(
        "grey 45 min ago"
    );
});

test("a lead without a deadline shows its age", () => {
    allowTranslations();
    expect(readClock({ start: at("10:00") }, at("12:00")).text.toString()).toBe(
        "2 h ago"
    );
    expect(readClock({ created: at("10:00") }, at("10:03")).text.toString()).toBe(
        "3 min ago"
    );
    expect(readClock({}, at("10:00"))).toEqual({ light: "grey", text: "" });
});

test("the light changes while the seller looks on", async () => {
    mockDate("2026-03-02 10:44:50", 0);
    await mountView({
        type: "kanban",
        resModel: "lead",
        arch: `
            <kanban>
                <templates>
                    <t t-name="card"><field name="deadline" widget="crm_orders_clock"/></t>
                </templates>
            </kanban>`,
    });
    expect(".o_crm_orders_clock_green").toHaveText("15 min left");
    await advanceTime(40000);
    expect(".o_crm_orders_clock_yellow").toHaveText("14 min left");
    expect(".o_crm_orders_clock_green").toHaveCount(0);
});
