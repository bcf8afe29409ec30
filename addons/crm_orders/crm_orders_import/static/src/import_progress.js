import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const WORKING = ["checking", "importing", "undoing"];
const INTERVAL = 2000;

/** How far the job has got; looks again as long as it works. */
export class CrmOrdersImportProgress extends Component {
    static template = "crm_orders_import.Progress";
    static props = { ...standardWidgetProps };

    setup() {
        onMounted(() => {
            this.timer = browser.setInterval(() => this.refresh(), INTERVAL);
        });
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get percent() {
        return this.props.record.data.progress || 0;
    }

    async refresh() {
        const { record } = this.props;
        if (this.loading || !WORKING.includes(record.data.state) || document.hidden) {
            return;
        }
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

export const crmOrdersImportProgress = {
    component: CrmOrdersImportProgress,
    fieldDependencies: [
        { name: "progress", type: "integer" },
        { name: "state", type: "selection" },
    ],
};

registry
    .category("view_widgets")
    .add("crm_orders_import_progress", crmOrdersImportProgress);
