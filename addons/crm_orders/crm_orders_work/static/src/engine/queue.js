/**
 * What was done on the phone and the server has not heard of yet.
 *
 * Every entry has a number of its own, is kept by the store before anything else happens,
 * and leaves the store only when the server has answered. So nothing is lost when the
 * connection breaks or the page is closed; what is sent twice because of that, the server
 * does once, by its number. Entries are sent one after another, in the order in which they
 * were made.
 */

/** So often the server may fail on an entry before the others go on without it. */
export const MAX_ATTEMPTS = 5;

export const OFFLINE = "offline";
export const LOGIN = "login";

/** What `send` throws when there is no answer: `reason` is OFFLINE, LOGIN or "server". */
export class NotSent extends Error {
    constructor(reason, message = "") {
        super(message);
        this.reason = reason;
    }
}

/** A number that no other phone makes; also where `crypto.randomUUID` is not to be had. */
export function newToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class WorkQueue {
    /**
     * @param {Object} options
     * @param {Object} options.store keeps entries and notices: `read(what)`,
     *     `write(what, value)`, `remove(what, id)`
     * @param {Function} options.send gives an entry to the server and returns its answer,
     *     or throws NotSent
     * @param {Function} [options.onChange] called when something is to be shown anew
     * @param {Function} [options.onAnswer] called with each answer of the server
     */
    constructor({ store, send, onChange = () => {}, onAnswer = () => {} }) {
        this.store = store;
        this.send = send;
        this.onChange = onChange;
        this.onAnswer = onAnswer;
        this.userId = null;
        this.entries = [];
        this.notices = [];
        this.trouble = null;
        this.sending = null;
    }

    /** Take up what this user left behind; what others left stays for them. */
    async load(userId) {
        this.userId = userId;
        const own = (values) => values.filter((value) => value.userId === userId);
        this.entries = own(await this.store.read("entries")).sort(
            (one, other) => one.position - other.position
        );
        this.notices = own(await this.store.read("notices"));
        this.onChange();
    }

    /** What waits to be sent, without what the server cannot cope with. */
    get waiting() {
        return this.entries.filter((entry) => !entry.isParked);
    }

    get parked() {
        return this.entries.filter((entry) => entry.isParked);
    }

    /** Keep what was done; it counts only once the store has it. */
    async add(kind, order, values = {}) {
        const last = this.entries.at(-1)?.position || 0;
        const entry = {
            id: newToken(),
            userId: this.userId,
            // The clock of a phone may go backwards; the order must not.
            position: Math.max(Date.now(), last + 1),
            kind,
            orderId: order.id,
            orderName: order.name,
            values,
            doneDate: new Date().toISOString().slice(0, 19).replace("T", " "),
            attempts: 0,
            isParked: false,
        };
        this.entries.push(entry);
        try {
            await this.store.write("entries", entry);
        } catch (error) {
            this.entries = this.entries.filter((one) => one !== entry);
            this.onChange();
            throw error;
        }
        this.onChange();
        return entry;
    }

    /** Send what waits, until all is sent or the server cannot be reached. */
    flush() {
        this.sending ??= this._flush().finally(() => {
            this.sending = null;
            this.onChange();
        });
        return this.sending;
    }

    async _flush() {
        for (let entry; (entry = this.waiting[0]);) {
            let answer;
            try {
                answer = await this.send(entry);
            } catch (error) {
                this.trouble = error.reason || "server";
                if (this.trouble !== "server") {
                    return;
                }
                entry.attempts += 1;
                entry.isParked = entry.attempts >= MAX_ATTEMPTS;
                entry.message = error.message;
                await this.store.write("entries", entry);
                if (!entry.isParked) {
                    return;
                }
                this.onChange();
                continue;
            }
            this.trouble = null;
            await this._settle(entry, answer);
        }
        this.trouble = null;
    }

    async _settle(entry, answer) {
        if (answer.state === "refused") {
            // First the message, then the entry: between them the page may be closed.
            const notice = {
                id: entry.id,
                userId: entry.userId,
                orderId: entry.orderId,
                orderName: entry.orderName,
                kind: entry.kind,
                message: answer.message,
            };
            await this.store.write("notices", notice);
            this.notices = this.notices.filter((one) => one.id !== notice.id);
            this.notices.push(notice);
        }
        await this.store.remove("entries", entry.id);
        this.entries = this.entries.filter((one) => one !== entry);
        this.onAnswer(entry, answer);
        this.onChange();
    }

    /** The user has read it. */
    async dismiss(notice) {
        await this.store.remove("notices", notice.id);
        this.notices = this.notices.filter((one) => one.id !== notice.id);
        this.onChange();
    }

    /** Try again what the server could not cope with. */
    async retry() {
        for (const entry of this.parked) {
            entry.attempts = 0;
            entry.isParked = false;
            await this.store.write("entries", entry);
        }
        return this.flush();
    }
}
