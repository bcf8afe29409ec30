import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Input } from "@point_of_sale/app/components/inputs/input/input";
import { explain } from "@crm_orders_pos/app/components/make_order/make_order";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { useKeepLast } from "@crm_orders_pos/app/utils/keep_last";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

/** Finds orders by number, name, phone or QR code, and says what can be done with them. */
export class FindOrder extends Component {
    static template = "crm_orders_pos.FindOrder";
    static components = { Dialog, Input };
    static props = {
        term: { type: String, optional: true },
        close: Function,
    };
    static defaultProps = { term: "" };

    setup() {
        this.pos = usePos();
        this.keepLast = useKeepLast();
        this.state = useState({
            term: this.props.term,
            orders: [],
            problem: "",
            isBusy: false,
        });
        onWillStart(() => this.search());
    }

    get partner() {
        return this.pos.getOrder()?.getPartner();
    }

    async search() {
        this.state.isBusy = true;
        try {
            this.state.orders = await this.keepLast(
                this.pos.data.call("crm_orders.till", "find_orders", [
                    this.pos.session.id,
                    this.state.term,
                    this.partner?.id || false,
                ])
            );
            this.state.problem = "";
        } catch (error) {
            this.state.problem = explain(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    formatDay(day) {
        return formatDate(deserializeDate(day));
    }

    /** What is done with an order; the dialog stays where that fails. */
    async act(action) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await action();
            this.props.close();
        } catch (error) {
            this.state.problem = explain(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    collect(order) {
        return this.act(() => this.pos.crmOrdersCollect(order.id));
    }

    pay(order) {
        return this.act(() => this.pos.crmOrdersPay(order.id));
    }

    giveBack(receipt) {
        return this.act(() => this.pos.crmOrdersGiveBack(receipt));
    }
}
