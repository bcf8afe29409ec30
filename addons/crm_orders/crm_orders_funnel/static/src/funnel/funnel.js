import { Component, onWillStart, useState } from "@odoo/owl";
import { serializeDate, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { formatCurrency } from "@web/core/currency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { formatInteger } from "@web/views/fields/formatters";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const LEAST_WIDTH = 4;

/** The funnel as bars, what it cost, and the same for each origin. */
export class CrmOrdersFunnel extends Component {
    static template = "crm_orders_funnel.Funnel";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({
            period: "90",
            groupBy: "source_id",
            dateFrom: "",
            dateTo: "",
            data: false,
            error: "",
            ...this.props.state,
        });
        useSetupAction({
            getLocalState: () => {
                const { period, groupBy, dateFrom, dateTo } = this.state;
                return { period, groupBy, dateFrom, dateTo };
            },
        });
        onWillStart(() => this.load());
    }

    get periods() {
        return [
            ["30", _t("Last 30 days")],
            ["90", _t("Last 90 days")],
            ["365", _t("Last 12 months")],
            ["year", _t("This year")],
            ["all", _t("All time")],
            ["own", _t("Own period")],
        ];
    }

    get groupings() {
        return [
            ["source_id", _t("Origin")],
            ["medium_id", _t("Medium")],
            ["campaign_id", _t("Campaign")],
            ["channel_id", _t("Channel")],
            ["team_id", _t("Sales team")],
            ["user_id", _t("Salesperson")],
        ];
    }

    get labels() {
        return {
            leads: _t("Leads"),
            contacted: _t("Contacted"),
            qualified: _t("Qualified"),
            quotation: _t("Quotation"),
            won: _t("Won"),
        };
    }

    get dates() {
        const { period, dateFrom, dateTo } = this.state;
        const day = today();
        switch (period) {
            case "all":
                return [false, false];
            case "own":
                return [dateFrom || false, dateTo || false];
            case "year":
                return [serializeDate(day.startOf("year")), serializeDate(day)];
        }
        const days = parseInt(period) - 1;
        return [serializeDate(day.minus({ days })), serializeDate(day)];
    }

    async load() {
        const [from, to] = this.dates;
        if (from && to && from > to) {
            this.state.error = _t("The period ends before it begins.");
            return;
        }
        this.state.error = "";
        this.state.data = await this.keepLast.add(
            this.orm.call("crm_orders.funnel", "get_funnel", [
                from,
                to,
                this.state.groupBy,
            ])
        );
    }

    setPeriod(period) {
        if (period === "own" && !this.state.dateFrom) {
            const [from, to] = this.dates;
            this.state.dateFrom = from || serializeDate(today().startOf("year"));
            this.state.dateTo = to || serializeDate(today());
        }
        this.state.period = period;
        return this.load();
    }

    setDate(name, value) {
        if (!value) {
            // Half-typed dates are none.
            return;
        }
        this.state[name] = value;
        return this.load();
    }

    setGroupBy(groupBy) {
        this.state.groupBy = groupBy;
        return this.load();
    }

    width(step) {
        return step.count
            ? Math.max(LEAST_WIDTH, Math.round(step.share * 1000) / 10)
            : 0;
    }

    number(value) {
        return formatInteger(value);
    }

    percent(share) {
        if (share === null) {
            return "–";
        }
        const percent = share * 100;
        const digits = percent && percent < 10 ? 1 : 0;
        return `${formatFloat(percent, {
            digits: [16, digits],
            trailingZeros: false,
        })} %`;
    }

    money(amount) {
        if (amount === null) {
            return "–";
        }
        const currencyId = this.state.data.currency_id;
        const digits = Math.abs(amount) >= 1000 ? [16, 0] : undefined;
        return formatCurrency(amount, currencyId, { digits });
    }

    /** What a step of the whole funnel, or of a group, consists of. */
    open(step, group) {
        const flag = step ? [[step.key, "=", 1]] : [["lead_id", "!=", false]];
        const title = [group?.name, step && this.labels[step.key]].filter(Boolean);
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: title.join(", "),
            res_model: "crm_orders.funnel.report",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "pivot"],
                [false, "graph"],
            ],
            domain: [...this.state.data.domain, ...flag, ...(group?.domain || [])],
        });
    }

    openCosts() {
        return this.action.doAction("crm_orders_funnel.crm_orders_source_cost_action");
    }
}

registry.category("actions").add("crm_orders_funnel", CrmOrdersFunnel);
