import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAGE = 30;

/** All that happened with the customer of a record, newest first, page by page. */
export class CrmOrdersTimeline extends Component {
    static template = "crm_orders_timeline.Timeline";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({
            entries: [],
            kinds: [],
            kind: false,
            next: false,
            loading: false,
        });
        onWillStart(() => this.load());
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.resId) {
                this.state.kind = false;
                return this.load(next.record);
            }
        });
    }

    /** The entries by day, as the reader's clock has it. */
    get days() {
        const days = [];
        for (const entry of this.state.entries) {
            const moment = deserializeDateTime(entry.date);
            const label = formatDate(moment);
            if (!days.length || days.at(-1).label !== label) {
                days.push({ label, entries: [] });
            }
            const time = moment.toLocaleString(luxon.DateTime.TIME_SIMPLE);
            days.at(-1).entries.push({ ...entry, time });
        }
        return days;
    }

    getKind(key) {
        return this.state.kinds.find((kind) => kind.key === key) || {};
    }

    async load(record = this.props.record) {
        this.resId = record.resId;
        this.resModel = record.resModel;
        if (!this.resId) {
            return;
        }
        const page = await this.fetch(false);
        Object.assign(this.state, { ...page, loading: false });
    }

    async loadMore() {
        if (this.state.loading) {
            return;
        }
        this.state.loading = true;
        try {
            const page = await this.fetch(this.state.next);
            this.state.entries.push(...page.entries);
            this.state.next = page.next;
        } finally {
            this.state.loading = false;
        }
    }

    fetch(before) {
        const kinds = this.state.kind ? [this.state.kind] : false;
        return this.keepLast.add(
            this.orm.call(this.resModel, "crm_orders_get_timeline", [
                [this.resId],
                kinds,
                before,
                PAGE,
            ])
        );
    }

    choose(kind) {
        this.state.kind = kind;
        return this.load();
    }

    open(entry) {
        if (entry.model === this.resModel && entry.res_id === this.resId) {
            return;
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: entry.model,
            res_id: entry.res_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("crm_orders_timeline", {
    component: CrmOrdersTimeline,
    additionalClasses: ["d-block", "w-100"],
});
