import { Component, onWillStart, useState } from "@odoo/owl";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { getLineValues } from "@crm_orders_pos/app/utils/order_values";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { uuidv4 } from "@point_of_sale/utils";

/** What is wrong, in words; other errors are not ours. */
export function explain(error) {
    if (error instanceof ConnectionLostError) {
        return _t(
            "The server cannot be reached, and orders need it. Nothing is lost: try again when the connection is back."
        );
    }
    if (error instanceof RPCError) {
        return error.data?.message || error.message;
    }
    throw error;
}

/** Asks what is to be known of an order of goods in the cart, and makes it. */
export class MakeOrder extends Component {
    static template = "crm_orders_pos.MakeOrder";
    static components = { Dialog };
    static props = {
        order: Object,
        lines: Array,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        // Sent again with the same number, the same order is made once.
        this.sent = {};
        this.state = useState({
            chosen: Object.fromEntries(
                this.props.lines.map((line) => [line.uuid, true])
            ),
            typeId: false,
            date: "",
            deposit: "",
            note: "",
            phone: "",
            offer: { total: 0, deposit: 0 },
            problem: "",
            isBusy: false,
        });
        onWillStart(() => this.chooseWhatIsPreordered());
    }

    get partner() {
        return this.props.order.getPartner();
    }

    get lines() {
        return this.props.lines.filter((line) => this.state.chosen[line.uuid]);
    }

    get types() {
        return this.pos.config._crm_orders_till.types;
    }

    get today() {
        return luxon.DateTime.now().toISODate();
    }

    get deposit() {
        const amount = Number(String(this.state.deposit).replace(",", "."));
        return this.state.deposit === "" || Number.isNaN(amount) ? null : amount;
    }

    get remaining() {
        return Math.max(0, this.state.offer.total - (this.deposit ?? 0));
    }

    /** Goods that are not there yet are what the order is made of, if there are any. */
    async chooseWhatIsPreordered() {
        await this.refresh();
        const preordered = this.state.offer.preordered || [];
        const some = this.props.lines.filter((line) =>
            preordered.includes(line.product_id.id)
        );
        if (some.length && some.length < this.props.lines.length) {
            for (const line of this.props.lines) {
                this.state.chosen[line.uuid] = some.includes(line);
            }
            await this.refresh();
        }
    }

    getValues() {
        const { order } = this.props;
        const values = {
            partner_id: order.getPartner().id,
            type_id: this.state.typeId || false,
            date: this.state.date || false,
            note: this.state.note,
            phone: this.state.phone,
            pricelist_id: order.pricelist_id?.id || false,
            fiscal_position_id: order.fiscal_position_id?.id || false,
            lines: this.lines.map(getLineValues),
        };
        return values;
    }

    /** The number that these values are sent with, however often that is tried. */
    getNumber(values) {
        const content = JSON.stringify(values);
        this.sent[content] ||= uuidv4();
        return this.sent[content];
    }

    /** Ask the server what the order would cost and ask for. */
    async refresh() {
        if (!this.lines.length) {
            this.state.offer = { total: 0, deposit: 0 };
            this.state.deposit = "";
            return;
        }
        this.state.isBusy = true;
        try {
            const values = this.getValues();
            const offer = await this.pos.data.call("crm_orders.till", "prepare_order", [
                this.pos.session.id,
                { ...values, date: false, uuid: this.getNumber("offer") },
            ]);
            this.state.offer = offer;
            this.state.typeId = this.state.typeId || offer.type_id;
            this.state.date = this.state.date || offer.date;
            this.state.deposit = offer.deposit
                ? offer.deposit.toFixed(this.pos.currency.decimal_places)
                : "";
            this.state.problem = "";
        } catch (error) {
            this.state.problem = explain(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    async toggle(line) {
        this.state.chosen[line.uuid] = !this.state.chosen[line.uuid];
        await this.refresh();
    }

    async setType(event) {
        this.state.typeId = Number(event.target.value);
        await this.refresh();
    }

    setShare(percent) {
        const amount = (this.state.offer.total * percent) / 100;
        this.state.deposit = this.pos.currency
            .round(amount)
            .toFixed(this.pos.currency.decimal_places);
    }

    async confirm() {
        if (this.state.isBusy) {
            return;
        }
        const lines = this.lines;
        const values = { ...this.getValues(), deposit: this.deposit ?? 0 };
        this.state.isBusy = true;
        try {
            const made = await this.pos.data.call("crm_orders.till", "make_order", [
                this.pos.session.id,
                { ...values, uuid: this.getNumber(values) },
            ]);
            this.props.getPayload({ made, lines });
            this.props.close();
        } catch (error) {
            this.state.problem = explain(error);
        } finally {
            this.state.isBusy = false;
        }
    }
}
