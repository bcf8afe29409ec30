import { Component } from "@odoo/owl";
import { isAndroid } from "@web/core/browser/feature_detection";
import { openTasks } from "../engine/projection";
import { words } from "./words";

const { DateTime } = luxon;

/** One order: who, where, what, what to do first, and the buttons. */
export class OrderCard extends Component {
    static template = "crm_orders_work.OrderCard";
    static props = {
        card: Object,
        notices: Array,
        isOpen: Boolean,
        isLocked: Boolean,
        onToggle: Function,
        onDismiss: Function,
        onTake: Function,
        onNext: Function,
        onTick: Function,
        onPhoto: Function,
        onSign: Function,
    };

    get openTasks() {
        return openTasks(this.props.card);
    }

    get next() {
        return this.props.card.ahead[0];
    }

    setup() {
        this.words = words;
    }

    get phoneLink() {
        return `tel:${this.props.card.phone.replace(/[^\d+*#]/g, "")}`;
    }

    get mapLink() {
        const place = encodeURIComponent(this.props.card.address);
        return isAndroid()
            ? `geo:0,0?q=${place}`
            : `https://www.openstreetmap.org/search?query=${place}`;
    }

    get due() {
        if (!this.props.card.planned) {
            return null;
        }
        const planned = DateTime.fromSQL(this.props.card.planned, { zone: "utc" });
        return {
            text: planned.toLocal().toLocaleString({
                weekday: "short",
                day: "numeric",
                month: "numeric",
                hour: "numeric",
                minute: "2-digit",
            }),
            isLate: planned < DateTime.now(),
        };
    }

    onPhotoChosen(ev) {
        const [file] = ev.target.files;
        // The same file can be chosen again.
        ev.target.value = "";
        if (file) {
            this.props.onPhoto(file);
        }
    }
}
