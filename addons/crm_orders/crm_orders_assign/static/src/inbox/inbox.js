import { onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

const MOST = 100;

/** Tabs over the cards, with the number of leads under each. */
export class InboxRenderer extends KanbanRenderer {
    static template = "crm_orders_assign.InboxRenderer";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.inbox = useState({ counts: {} });
        onWillStart(() => this.loadCounts());
        onWillUpdateProps(() => this.loadCounts());
        useBus(this.env.bus, "CRM_ORDERS_ASSIGN:NOTICE", () => this.reload());
    }

    get tabs() {
        return [
            { key: "new", name: _t("New") },
            { key: "mine", name: _t("Mine to answer") },
            { key: "late", name: _t("Late") },
            { key: "waiting", name: _t("Waiting") },
        ].map((tab) => ({ ...tab, ...this.describe(tab.key) }));
    }

    describe(key) {
        const count = this.inbox.counts[key] || 0;
        const item = this.searchItem(key);
        const isActive =
            Boolean(item) &&
            this.env.searchModel.query.some(
                ({ searchItemId }) => searchItemId === item.id
            );
        return {
            isActive,
            count: count >= MOST ? "99+" : String(count),
            className: {
                "o_crm_orders_tab_active fw-bold": isActive,
                o_crm_orders_tab_late: key === "late" && count > 0,
            },
        };
    }

    searchItem(key) {
        const { searchModel } = this.env;
        return searchModel.getSearchItems((item) => item.name === `inbox_${key}`)[0];
    }

    async loadCounts() {
        this.inbox.counts = await this.orm.call(
            "crm.lead",
            "crm_orders_get_inbox_counts",
            []
        );
    }

    /** One tab at a time; what was typed into the search stays. */
    openTab(key) {
        const { searchModel } = this.env;
        if (this.describe(key).isActive) {
            return;
        }
        const tabs = new Set(this.tabs.map((tab) => this.searchItem(tab.key)?.id));
        searchModel.query = searchModel.query.filter(
            ({ searchItemId }) => !tabs.has(searchItemId)
        );
        searchModel.toggleSearchItem(this.searchItem(key).id);
    }

    async reload() {
        await this.props.list.load();
        await this.loadCounts();
    }
}

export const inboxView = { ...kanbanView, Renderer: InboxRenderer };

registry.category("views").add("crm_orders_inbox", inboxView);
