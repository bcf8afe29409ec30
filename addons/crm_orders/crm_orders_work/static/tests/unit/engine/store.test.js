import { after, describe, expect, test } from "@odoo/hoot";
import { WorkStore } from "@crm_orders_work/engine/store";

describe.current.tags("headless");

test("values outlive the page", async () => {
    const name = `crm_orders_work_test_${Math.random()}`;
    const first = new WorkStore(name);
    await first.write("entries", { id: "a", values: { image: "x".repeat(1_000_000) } });
    await first.write("entries", { id: "b", position: 1 });
    await first.write("entries", { id: "b", position: 2 });
    await first.write("cards", { userId: 3, cards: [{ id: 1 }] });
    await first.remove("entries", "c");
    (await first.open()).close();

    const second = new WorkStore(name);
    after(() => second.clear());
    const entries = await second.read("entries");
    expect(entries.map((entry) => entry.id)).toEqual(["a", "b"]);
    expect(entries[0].values.image.length).toBe(1_000_000);
    expect(entries[1].position).toBe(2);
    expect(await second.read("cards")).toEqual([{ userId: 3, cards: [{ id: 1 }] }]);
    await second.remove("entries", "a");
    expect((await second.read("entries")).length).toBe(1);
    expect(await second.read("notices")).toEqual([]);
});
