import { describe, expect, test } from "@odoo/hoot";
import {
    advanceTime,
    animationFrame,
    click,
    keyDown,
    keyUp,
    queryOne,
} from "@odoo/hoot-dom";
import { waitUntilSubscribe } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Stage extends models.Model {
    _name = "stage";
    name = fields.Char();
    _records = [{ id: 1, name: "Ready" }];
}

class Order extends models.Model {
    _name = "order";
    name = fields.Char();
    stage_id = fields.Many2one({ relation: "stage" });
    _records = [{ id: 1, name: "S001", stage_id: 1 }];
}

defineMailModels();
defineModels([Order, Stage]);

const BOARD = {
    type: "kanban",
    resModel: "order",
    arch: `
        <kanban js_class="crm_orders_board" default_group_by="stage_id" group_create="0">
            <templates><t t-name="card"><field name="name"/></t></templates>
        </kanban>`,
    noContentHelp: "Set up stages first",
};

test("a board without columns tells how to get them", async () => {
    Order._records = [];
    onRpc("order", "web_read_group", () => ({ groups: [], length: 0 }));
    await mountView(BOARD);
    expect(".o_view_nocontent").toHaveText("Set up stages first");
});

test("a board with orders shows them", async () => {
    await mountView(BOARD);
    expect(".o_view_nocontent").toHaveCount(0);
    expect(".o_kanban_group .o_kanban_record").toHaveText("S001");
});

test("a double click on a button presses it once and opens no order", async () => {
    onRpc("order", "move_on", () => {
        expect.step("moved");
        return true;
    });
    await mountView({
        ...BOARD,
        arch: BOARD.arch.replace(
            '<field name="name"/>',
            '<field name="name"/><button type="object" name="move_on">Next</button>'
        ),
        selectRecord: () => expect.step("opened"),
    });
    await click("button[name=move_on]");
    // The board is drawn anew meanwhile, so the second click may hit the card itself.
    queryOne(".o_kanban_record").dispatchEvent(
        new MouseEvent("click", { bubbles: true, cancelable: true, detail: 2 })
    );
    await animationFrame();
    expect.verifySteps(["moved"]);
    await click(".o_kanban_record");
    await animationFrame();
    expect.verifySteps(["opened"]);
});

/** A board that listens: what is told before nobody hears. */
async function mountListening(board) {
    const subscribed = waitUntilSubscribe();
    await mountView(board);
    await subscribed;
}

function tellMoves(times) {
    const bus = MockServer.env["bus.bus"];
    for (let count = 0; count < times; count++) {
        bus._sendone("broadcast", "crm_orders_board", { order_ids: [1] });
    }
}

test("what others move is shown, and many moves are asked for once", async () => {
    Stage._records = [
        { id: 1, name: "Ready" },
        { id: 2, name: "Fetched" },
    ];
    onRpc("order", "web_read_group", () => expect.step("asked"));
    await mountListening(BOARD);
    expect.verifySteps(["asked"]);
    expect(".o_kanban_group:contains(Ready) .o_kanban_record").toHaveText("S001");
    MockServer.env["order"].write([1], { stage_id: 2 });
    tellMoves(20);
    // First the messages come, then they are gathered.
    await advanceTime(200);
    await advanceTime(2000);
    await animationFrame();
    expect.verifySteps(["asked"]);
    expect(".o_kanban_group:contains(Fetched) .o_kanban_record").toHaveText("S001");
});

test("a card in the user's hand is not taken away", async () => {
    onRpc("order", "web_read_group", () => expect.step("asked"));
    await mountListening(BOARD);
    expect.verifySteps(["asked"]);
    queryOne(".o_kanban_record").classList.add("o_dragged");
    tellMoves(1);
    await advanceTime(2000);
    expect.verifySteps([]);
    queryOne(".o_kanban_record").classList.remove("o_dragged");
    await advanceTime(2000);
    expect.verifySteps(["asked"]);
});

test("selected cards stay selected", async () => {
    onRpc("order", "web_read_group", () => expect.step("asked"));
    await mountListening(BOARD);
    expect.verifySteps(["asked"]);
    await keyDown("alt");
    await animationFrame();
    await click(".o_kanban_record");
    await keyUp("alt");
    await animationFrame();
    expect(".o_record_selected").toHaveCount(1);
    tellMoves(1);
    await advanceTime(2000);
    await advanceTime(2000);
    expect.verifySteps([]);
    expect(".o_record_selected").toHaveCount(1);
});
