import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { Component } from "@odoo/owl";

/** Says in the top bar that nothing in this database is real. */
export class DemoBadge extends Component {
    static template = "retail_pos_demo.DemoBadge";
    static props = {};

    setup() {
        this.isOriginal = session.demo_database;
    }

    get label() {
        return this.isOriginal ? _t("Demo database") : _t("Copy of a demo database");
    }

    get explanation() {
        return this.isOriginal
            ? _t("The people, customers and sales here are invented. Try anything.")
            : _t("The passwords of the demo users do not work in a copy.");
    }
}

registry
    .category("systray")
    .add("retail_pos_demo.DemoBadge", { Component: DemoBadge }, { sequence: 150 });
