import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { LOGIN, NotSent, OFFLINE, WorkQueue } from "../engine/queue";
import { openTasks, project, withAnswer } from "../engine/projection";
import { WorkStore } from "../engine/store";
import { keepData, keepForOffline } from "./offline";
import { OrderCard } from "./order_card";
import { shrink } from "./shrink";
import { Signature } from "./signature";
import { words } from "./words";

const REFRESH = 30_000;
// A second tap within this time was meant for the first button.
const LOCK = 1200;

/** Ask the server; what keeps it from answering becomes a NotSent. */
async function ask(path, params) {
    try {
        return await rpc(path, params, { silent: true });
    } catch (error) {
        if (error instanceof ConnectionLostError) {
            throw new NotSent(OFFLINE);
        }
        if (error.exceptionName === "odoo.http.SessionExpiredException") {
            throw new NotSent(LOGIN);
        }
        throw new NotSent("server", error.data?.message || error.message);
    }
}

/** The page of couriers and of the workshop: the orders to work on, for one thumb. */
export class MyWork extends Component {
    static template = "crm_orders_work.MyWork";
    static components = { OrderCard, Signature };
    static props = { user_id: Number, user_name: String };

    setup() {
        this.words = words;
        this.store = new WorkStore();
        this.queue = new WorkQueue({
            store: this.store,
            send: (entry) => this.send(entry),
            onChange: () => this.show(),
            onAnswer: (entry, answer) => this.take(entry, answer),
        });
        this.known = [];
        this.state = useState({
            cards: [],
            notices: [],
            parked: [],
            waiting: 0,
            tab: "mine",
            openId: null,
            lockedId: null,
            signing: null,
            trouble: null,
            problem: "",
            isLoaded: false,
            isSending: false,
        });
        onWillStart(() => this.start());
        const sync = () => this.sync();
        const onOffline = () => this.note(OFFLINE);
        const onVisible = () => document.visibilityState === "visible" && this.sync();
        onMounted(() => {
            browser.addEventListener("online", sync);
            browser.addEventListener("offline", onOffline);
            document.addEventListener("visibilitychange", onVisible);
            this.timer = browser.setInterval(onVisible, REFRESH);
            sync();
            keepData();
            keepForOffline().catch(() => {});
        });
        onWillUnmount(() => {
            browser.removeEventListener("online", sync);
            browser.removeEventListener("offline", onOffline);
            document.removeEventListener("visibilitychange", onVisible);
            browser.clearInterval(this.timer);
        });
    }

    /** Show what is known at once; the server may be far away. */
    async start() {
        const kept = await this.store.read("cards");
        this.known = kept.find((one) => one.userId === this.props.user_id)?.cards || [];
        this.state.isLoaded = this.known.length > 0;
        await this.queue.load(this.props.user_id);
        this.chooseTab();
    }

    showTab(tab) {
        this.hasChosenTab = true;
        this.state.tab = tab;
    }

    /** Who has nothing to do looks at what there is to take, if not elsewhere already. */
    chooseTab() {
        if (this.hasChosenTab) {
            return;
        }
        this.state.tab = this.mine.length || !this.free.length ? "mine" : "free";
    }

    // --- with the server ---

    async send(entry) {
        const answer = await ask("/my-work/act", {
            user_id: entry.userId,
            token: entry.id,
            kind: entry.kind,
            order_id: entry.orderId,
            values: entry.values,
            done_date: entry.doneDate,
        });
        if (answer.state === "other_user") {
            throw new NotSent(LOGIN);
        }
        return answer;
    }

    /** Send what waits, then ask what there is to do. */
    sync() {
        this.syncing ??= this._sync().finally(() => {
            this.syncing = null;
            this.state.isSending = false;
        });
        return this.syncing;
    }

    async _sync() {
        this.state.isSending = this.queue.waiting.length > 0;
        await this.queue.flush();
        if (this.queue.trouble) {
            this.note(this.queue.trouble);
            return;
        }
        try {
            const { user_id, cards } = await ask("/my-work/cards");
            if (user_id !== this.props.user_id) {
                // Somebody else has logged in: this page is not theirs.
                browser.location.reload();
                return;
            }
            await this.keep(cards);
            for (const { userId } of await this.store.read("cards")) {
                // Addresses of customers are not left to the next user of the phone.
                if (userId !== user_id) {
                    await this.store.remove("cards", userId);
                }
            }
            if (!this.state.isLoaded) {
                this.state.isLoaded = true;
                this.chooseTab();
            }
            this.note(null);
        } catch (error) {
            this.note(error.reason || "server", error.message);
        }
        // What was done while the server was answering.
        if (this.queue.waiting.length && !this.queue.trouble) {
            browser.setTimeout(() => this.sync());
        }
    }

    note(trouble, problem = "") {
        this.state.trouble = trouble;
        this.state.problem = problem;
        this.show();
    }

    take(entry, answer) {
        this.keep(withAnswer(this.known, entry, answer)).catch(() => {});
    }

    async keep(cards) {
        this.known = cards;
        this.show();
        await this.store.write("cards", { userId: this.props.user_id, cards });
    }

    // --- what is shown ---

    show() {
        this.state.cards = project(this.known, this.queue.waiting);
        this.state.notices = [...this.queue.notices];
        this.state.parked = [...this.queue.parked];
        this.state.waiting = this.queue.waiting.length;
    }

    get mine() {
        return this.state.cards.filter((card) => card.is_mine);
    }

    get free() {
        return this.state.cards.filter((card) => !card.is_mine);
    }

    get shown() {
        return this.state.tab === "mine" ? this.mine : this.free;
    }

    isOpen(card) {
        return this.state.openId === card.id || this.shown.length === 1;
    }

    noticesOf(card) {
        return this.state.notices.filter((notice) => notice.orderId === card.id);
    }

    /** Messages about orders that are on no card of this list. */
    get otherNotices() {
        const shown = new Set(this.shown.map((card) => card.id));
        return this.state.notices.filter((notice) => !shown.has(notice.orderId));
    }

    get status() {
        const { trouble, waiting } = this.state;
        if (waiting) {
            return words.waiting(waiting);
        }
        if (trouble === OFFLINE) {
            return _t("No connection. What you do is kept.");
        }
        return trouble ? "" : _t("All is sent");
    }

    toggle(card) {
        this.state.openId = this.state.openId === card.id ? null : card.id;
    }

    // --- what is done ---

    async act(kind, card, values) {
        try {
            await this.queue.add(kind, card, values);
        } catch {
            this.state.problem = _t(
                "The phone has no room left to keep this. Free some room, then do it again."
            );
            return false;
        }
        this.state.problem = "";
        this.sync();
        return true;
    }

    lock(card) {
        this.state.lockedId = card.id;
        browser.setTimeout(() => {
            this.state.lockedId = null;
        }, LOCK);
    }

    async onTake(card) {
        this.lock(card);
        if (await this.act("take", card, { stage_id: card.stage.id })) {
            this.showTab("mine");
            this.state.openId = card.id;
        }
    }

    async onNext(card) {
        if (this.state.lockedId === card.id || openTasks(card).length) {
            return;
        }
        this.lock(card);
        await this.act("next", card, {
            stage_id: card.stage.id,
            to_stage_id: card.ahead[0].id,
        });
    }

    onTick(card, check, isDone) {
        return this.act("tick", card, { check_id: check.id, is_done: isDone });
    }

    async onPhoto(card, file) {
        let image;
        try {
            image = await shrink(file);
        } catch {
            this.state.problem = _t("This is no picture: take a photo.");
            return;
        }
        await this.act("photo", card, { image });
    }

    async onSigned(card, values) {
        this.state.signing = null;
        await this.act("signature", card, values);
    }
}
