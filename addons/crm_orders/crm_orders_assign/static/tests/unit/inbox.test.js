import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, click } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    getMockEnv,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Lead extends models.Model {
    _name = "crm.lead";
    name = fields.Char();
    kind = fields.Char();
    _records = [
        { id: 1, name: "Sofa", kind: "new" },
        { id: 2, name: "Chair", kind: "mine" },
    ];
}

defineMailModels();
defineModels([Lead]);

let counts;

async function mountInbox() {
    counts = { new: 1, mine: 1, late: 0, waiting: 100 };
    onRpc("crm.lead", "crm_orders_get_inbox_counts", () => ({ ...counts }));
    await mountView({
        type: "kanban",
        resModel: "crm.lead",
        arch: `
            <kanban js_class="crm_orders_inbox">
                <templates><t t-name="card"><field name="name"/></t></templates>
            </kanban>`,
        searchViewArch: `
            <search>
                <field name="name"/>
                <filter name="inbox_new" string="New" domain="[('kind', '=', 'new')]"/>
                <filter name="inbox_mine" string="Mine" domain="[('kind', '=', 'mine')]"/>
                <filter name="inbox_late" string="Late" domain="[('kind', '=', 'late')]"/>
                <filter name="inbox_waiting" string="W" domain="[('kind', '=', 'w')]"/>
            </search>`,
        context: { search_default_inbox_mine: 1 },
        noContentHelp: "Nothing to do here",
    });
}

const record = ".o_kanban_record:not(.o_kanban_ghost)";

test("tabs show how many leads are under each", async () => {
    await mountInbox();
    expect(".o_crm_orders_tabs button").toHaveCount(4);
    expect(".o_crm_orders_tabs [data-tab=new] .badge").toHaveText("1");
    expect(".o_crm_orders_tabs [data-tab=waiting] .badge").toHaveText("99+");
    expect(".o_crm_orders_tab_active").toHaveAttribute("data-tab", "mine");
    expect(".o_crm_orders_tab_late").toHaveCount(0);
    expect(record).toHaveText("Chair");
});

test("one tab is open at a time", async () => {
    await mountInbox();
    await click("[data-tab=new]");
    await animationFrame();
    expect(".o_crm_orders_tab_active").toHaveCount(1);
    expect(".o_crm_orders_tab_active").toHaveAttribute("data-tab", "new");
    expect(record).toHaveText("Sofa");
    await click("[data-tab=new]");
    await animationFrame();
    expect(".o_crm_orders_tab_active").toHaveAttribute("data-tab", "new");
});

test("an empty tab says so", async () => {
    await mountInbox();
    await click("[data-tab=late]");
    await animationFrame();
    expect(".o_view_nocontent").toHaveText("Nothing to do here");
});

test("a notice brings new leads onto the screen", async () => {
    await mountInbox();
    MockServer.env["crm.lead"].create({ name: "Table", kind: "mine" });
    counts.mine = 2;
    counts.late = 1;
    getMockEnv().bus.trigger("CRM_ORDERS_ASSIGN:NOTICE", {});
    await animationFrame();
    await animationFrame();
    expect("[data-tab=mine] .badge").toHaveText("2");
    expect("[data-tab=late]").toHaveClass("o_crm_orders_tab_late");
    expect(record).toHaveCount(2);
});
