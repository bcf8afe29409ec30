import { describe, expect, test } from "@odoo/hoot";
import { Deferred, microTick } from "@odoo/hoot-mock";
import {
    LOGIN,
    MAX_ATTEMPTS,
    NotSent,
    OFFLINE,
    WorkQueue,
    newToken,
} from "@crm_orders_work/engine/queue";

describe.current.tags("headless");

const ORDER = { id: 7, name: "S00007" };

/** Keeps values as the browser's database does: copies, which outlive the page. */
class MemoryStore {
    constructor() {
        this.values = { entries: new Map(), notices: new Map() };
    }
    async read(what) {
        return [...this.values[what].values()].map((value) => ({ ...value }));
    }
    async write(what, value) {
        this.values[what].set(value.id, { ...value });
    }
    async remove(what, id) {
        this.values[what].delete(id);
    }
}

/** A server that does each number once, and a network that can be cut. */
class Server {
    constructor() {
        this.done = new Map();
        this.isAway = false;
        this.losesAnswers = false;
        this.answers = {};
    }
    async send(entry) {
        if (this.isAway) {
            throw new NotSent(OFFLINE);
        }
        const answer = this.answers[entry.kind] || { state: "done", message: "" };
        if (answer instanceof Error) {
            throw answer;
        }
        if (!this.done.has(entry.id)) {
            this.done.set(entry.id, entry.kind);
        }
        if (this.losesAnswers) {
            throw new NotSent(OFFLINE);
        }
        return answer;
    }
    get kinds() {
        return [...this.done.values()];
    }
}

async function open(store, server, userId = 1) {
    const queue = new WorkQueue({ store, send: (entry) => server.send(entry) });
    await queue.load(userId);
    return queue;
}

test("numbers are unlike each other and of the form that the server knows", () => {
    const tokens = new Set(Array.from({ length: 1000 }, newToken));
    expect(tokens.size).toBe(1000);
    for (const token of tokens) {
        expect(token).toMatch(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
        );
    }
});

test("what is done is sent in the order in which it was done", async () => {
    const server = new Server();
    const queue = await open(new MemoryStore(), server);
    for (const kind of ["take", "tick", "photo", "next"]) {
        await queue.add(kind, ORDER);
    }
    await queue.flush();
    expect(server.kinds).toEqual(["take", "tick", "photo", "next"]);
    expect(queue.waiting).toEqual([]);
});

test("without a network everything waits, also when the page is closed", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    server.isAway = true;
    const before = await open(store, server);
    await before.add("take", ORDER);
    await before.add("next", ORDER, { stage_id: 1 });
    await before.flush();
    expect(before.trouble).toBe(OFFLINE);
    expect(before.waiting.length).toBe(2);

    const after = await open(store, server);
    expect(after.waiting.map((entry) => entry.kind)).toEqual(["take", "next"]);
    expect(after.waiting[1].values).toEqual({ stage_id: 1 });
    server.isAway = false;
    await after.flush();
    expect(server.kinds).toEqual(["take", "next"]);
    expect(after.trouble).toBe(null);
    expect(await store.read("entries")).toEqual([]);
});

test("an answer that got lost makes nothing happen twice", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    server.losesAnswers = true;
    const queue = await open(store, server);
    await queue.add("next", ORDER);
    await queue.flush();
    await queue.flush();
    const after = await open(store, server);
    await after.flush();
    expect(after.waiting.length).toBe(1);
    server.losesAnswers = false;
    await after.flush();
    expect(server.kinds).toEqual(["next"]);
    expect(after.waiting).toEqual([]);
});

test("flushing twice at once sends once", async () => {
    const [answer, sent] = [new Deferred(), []];
    const queue = new WorkQueue({
        store: new MemoryStore(),
        send: (entry) => {
            sent.push(entry.kind);
            return answer;
        },
    });
    await queue.load(1);
    await queue.add("next", ORDER);
    const both = [queue.flush(), queue.flush()];
    await microTick();
    answer.resolve({ state: "done" });
    await Promise.all(both);
    expect(sent).toEqual(["next"]);
});

test("what is done while something is being sent is sent, too", async () => {
    const server = new Server();
    const queue = await open(new MemoryStore(), server);
    const send = queue.send;
    queue.send = async (entry) => {
        if (entry.kind === "take") {
            await queue.add("next", ORDER);
        }
        return send(entry);
    };
    await queue.add("take", ORDER);
    await queue.flush();
    expect(server.kinds).toEqual(["take", "next"]);
});

test("what was refused is told, stays told, and holds nothing up", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    server.answers.next = { state: "refused", message: "Moved meanwhile" };
    const queue = await open(store, server);
    await queue.add("next", ORDER);
    await queue.add("photo", ORDER);
    await queue.flush();
    expect(server.kinds).toEqual(["next", "photo"]);
    const after = await open(store, server);
    expect(after.notices.map((notice) => notice.message)).toEqual(["Moved meanwhile"]);
    expect(after.notices[0].orderId).toBe(7);
    await after.dismiss(after.notices[0]);
    expect((await open(store, server)).notices).toEqual([]);
});

test("who has to log in first sends afterwards", async () => {
    const server = new Server();
    server.answers.take = new NotSent(LOGIN);
    const queue = await open(new MemoryStore(), server);
    await queue.add("take", ORDER);
    for (let count = 0; count < 20; count++) {
        await queue.flush();
    }
    expect(queue.trouble).toBe(LOGIN);
    expect(queue.waiting.length).toBe(1);
    delete server.answers.take;
    await queue.flush();
    expect(server.kinds).toEqual(["take"]);
});

test("what the server cannot cope with is put aside and kept", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    server.answers.tick = new NotSent("server", "Broken");
    const queue = await open(store, server);
    await queue.add("tick", ORDER);
    await queue.add("photo", ORDER);
    for (let count = 1; count < MAX_ATTEMPTS; count++) {
        await queue.flush();
        expect(server.kinds).toEqual([]);
    }
    await queue.flush();
    expect(server.kinds).toEqual(["photo"]);
    const after = await open(store, server);
    expect(after.parked.map((entry) => entry.kind)).toEqual(["tick"]);
    delete server.answers.tick;
    await after.retry();
    expect(server.kinds).toEqual(["photo", "tick"]);
    expect(after.entries).toEqual([]);
});

test("what another user of the phone left is not sent in this user's name", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    await (await open(store, server, 1)).add("take", ORDER);
    const other = await open(store, server, 2);
    await other.add("photo", ORDER);
    await other.flush();
    expect(server.kinds).toEqual(["photo"]);
    expect((await open(store, server, 1)).waiting.length).toBe(1);
});

test("what cannot be kept is not done", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    const queue = await open(store, server);
    store.write = () => Promise.reject(new Error("QuotaExceededError"));
    await expect(queue.add("photo", ORDER)).rejects.toThrow("QuotaExceededError");
    await queue.flush();
    expect(queue.waiting).toEqual([]);
    expect(server.kinds).toEqual([]);
});

test("thousands that wait are all sent, in order", async () => {
    const [store, server] = [new MemoryStore(), new Server()];
    server.isAway = true;
    const queue = await open(store, server);
    for (let count = 0; count < 2000; count++) {
        await queue.add(`kind ${count}`, ORDER);
    }
    server.isAway = false;
    const after = await open(store, server);
    await after.flush();
    expect(server.kinds).toEqual(Array.from({ length: 2000 }, (_, at) => `kind ${at}`));
});
