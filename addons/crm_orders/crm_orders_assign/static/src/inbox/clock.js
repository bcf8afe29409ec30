import { Component, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

const TICK = 20000;
// The light turns yellow when a quarter of the time is left.
const SOON = 0.25;

/** Minutes as people say them: 5 min, 3 h, 2 d. */
export function formatMinutes(minutes) {
    const whole = Math.max(Math.floor(minutes), 0);
    if (whole < 60) {
        return _t("%s min", whole);
    }
    if (whole < 48 * 60) {
        return _t("%s h", Math.floor(whole / 60));
    }
    return _t("%s d", Math.floor(whole / 1440));
}

/**
 * What the light of a lead shows.
 *
 * @param {Object} lead `deadline`, `start`, `answered`, `turn`, `turnDate` and `created`;
 *   luxon dates or false
 * @param {DateTime} now
 * @returns {{light: string, text: string}}
 */
export function readClock(lead, now) {
    const minutes = (from, to) => to.diff(from, "minutes").minutes;
    if (lead.deadline && !lead.answered) {
        const left = minutes(now, lead.deadline);
        if (left < 0) {
            return { light: "red", text: _t("Late %s", formatMinutes(-left)) };
        }
        const allowed = lead.start ? minutes(lead.start, lead.deadline) : 0;
        const light = left < allowed * SOON ? "yellow" : "green";
        return { light, text: _t("%s left", formatMinutes(left)) };
    }
    const since = lead.turnDate || lead.start || lead.created;
    if (!since) {
        return { light: "grey", text: "" };
    }
    return { light: "grey", text: _t("%s ago", formatMinutes(minutes(since, now))) };
}

/** The present time, for as long as a component is shown. */
function useNow() {
    const now = useState({ value: DateTime.now() });
    const timer = browser.setInterval(() => {
        now.value = DateTime.now();
    }, TICK);
    onWillUnmount(() => browser.clearInterval(timer));
    return now;
}

/** The deadline of a lead as a traffic light that runs. */
export class Clock extends Component {
    static template = "crm_orders_assign.Clock";
    static props = standardFieldProps;

    setup() {
        this.now = useNow();
    }

    get clock() {
        const { data } = this.props.record;
        const lead = {
            deadline: data[this.props.name],
            start: data.crm_orders_clock_start,
            answered: data.crm_orders_first_response_date,
            turnDate: data.crm_orders_turn_date,
            created: data.create_date,
        };
        return readClock(lead, this.now.value);
    }
}

/** How long ago something was: 5 min ago. */
export class Ago extends Component {
    static template = "crm_orders_assign.Ago";
    static props = standardFieldProps;

    setup() {
        this.now = useNow();
    }

    get date() {
        return this.props.record.data[this.props.name];
    }

    get title() {
        return this.date ? formatDateTime(this.date) : "";
    }

    get text() {
        if (!this.date) {
            return "";
        }
        const { minutes } = this.now.value.diff(this.date, "minutes");
        return minutes < 1 ? _t("just now") : _t("%s ago", formatMinutes(minutes));
    }
}

registry.category("fields").add("crm_orders_ago", {
    component: Ago,
    displayName: _t("Time since then"),
    supportedTypes: ["datetime"],
});

registry.category("fields").add("crm_orders_clock", {
    component: Clock,
    displayName: _t("Traffic light"),
    supportedTypes: ["datetime"],
    fieldDependencies: [
        { name: "crm_orders_clock_start", type: "datetime" },
        { name: "crm_orders_first_response_date", type: "datetime" },
        { name: "crm_orders_turn_date", type: "datetime" },
        { name: "create_date", type: "datetime" },
    ],
});
