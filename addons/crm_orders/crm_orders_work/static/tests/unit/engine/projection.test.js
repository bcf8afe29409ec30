import { describe, expect, test } from "@odoo/hoot";
import { openTasks, project, withAnswer } from "@crm_orders_work/engine/projection";

describe.current.tags("headless");

const card = (vals = {}) => ({
    id: 1,
    is_mine: true,
    stage: { id: 10, name: "Packed" },
    ahead: [
        { id: 11, name: "On the way" },
        { id: 12, name: "Delivered" },
    ],
    checks: [
        { id: 5, name: "Loaded", is_done: false },
        { id: 6, name: "Called", is_done: true },
    ],
    unmet: ["Paid: at least 50 %"],
    photos: 1,
    signatures: 0,
    ...vals,
});
const entry = (kind, values = {}, orderId = 1) => ({ kind, values, orderId });

test("what waits is shown as done, and the cards stay as they are", () => {
    const known = [card({ is_mine: false })];
    const [shown] = project(known, [
        entry("take"),
        entry("tick", { check_id: 5, is_done: true }),
        entry("photo"),
        entry("signature"),
    ]);
    expect(shown.is_mine).toBe(true);
    expect(openTasks(shown)).toEqual([]);
    expect([shown.photos, shown.signatures, shown.waiting]).toEqual([2, 1, 4]);
    expect(known).toEqual([card({ is_mine: false })]);
});

test("several stages can be passed without a network", () => {
    const [shown] = project(
        [card()],
        [
            entry("next", { stage_id: 10, to_stage_id: 11 }),
            entry("next", { stage_id: 11, to_stage_id: 12 }),
        ]
    );
    expect(shown.stage.name).toBe("Delivered");
    expect(shown.ahead).toEqual([]);
    expect(shown.checks).toEqual([]);
});

test("a move from where the order is no longer changes nothing", () => {
    const [shown] = project(
        [card()],
        [entry("next", { stage_id: 9, to_stage_id: 10 })]
    );
    expect(shown.stage.name).toBe("Packed");
    const [other] = project(
        [card()],
        [entry("next", { stage_id: 10, to_stage_id: 12 })]
    );
    expect(other.stage.name).toBe("Packed");
});

test("orders that are gone, and things of newer versions, disturb nobody", () => {
    const [shown] = project([card()], [entry("photo", {}, 99), entry("weigh")]);
    expect(shown.photos).toBe(1);
});

test("the answer of the server takes the place of what was known", () => {
    const cards = [card(), card({ id: 2 })];
    const moved = card({ stage: { id: 11, name: "On the way" } });
    const after = withAnswer(cards, entry("next"), { card: moved });
    expect(after.map((one) => [one.id, one.stage.id])).toEqual([
        [1, 11],
        [2, 10],
    ]);
    expect(
        withAnswer(cards, entry("next"), { card: false }).map((one) => one.id)
    ).toEqual([2]);
});
