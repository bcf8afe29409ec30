import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { FindOrder } from "@crm_orders_pos/app/components/find_order/find_order";
import { MakeOrder } from "@crm_orders_pos/app/components/make_order/make_order";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { ask, makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { getOrderableLines } from "@crm_orders_pos/app/utils/order_values";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /** Make an order of goods in the cart; its deposit takes their place there. */
    async crmOrdersMake() {
        const order = this.getOrder();
        const lines = getOrderableLines(
            order.lines,
            this.config._pos_special_products_ids
        );
        if (!lines.length) {
            this.dialog.add(AlertDialog, {
                title: _t("Nothing to order"),
                body: _t("Put what the customer orders into the cart first."),
            });
            return;
        }
        if (!order.getPartner() && !(await this.selectPartner(order))) {
            return;
        }
        if (this.config.raw.down_payment_product_id) {
            // Before anything is made: it cannot be fetched later without a connection.
            await this.loadDownPaymentProduct();
        }
        const answer = await makeAwaitable(this.dialog, MakeOrder, { order, lines });
        if (answer) {
            await this.crmOrdersTakeDeposit(order, answer);
        }
    },

    /** Put the deposit of an order that was just made into the cart. */
    async crmOrdersTakeDeposit(order, { made, lines }) {
        const saleOrder = this.crmOrdersLoad(made);
        if (made.deposit) {
            await this.addDownPaymentProductOrderlineToOrder(
                saleOrder,
                made.deposit,
                false
            );
        }
        for (const line of lines) {
            order.removeOrderline(line);
        }
        if (made.deposit) {
            this.notification.add(
                _t("Order %s is made. Take the deposit now.", made.order.name),
                { type: "success" }
            );
        } else {
            this.dialog.add(AlertDialog, {
                title: _t("Order %s is made", made.order.name),
                body: _t("Nothing is to be paid for it now."),
            });
        }
    },

    /** Keep what the server sent of an order, also for the time without it. */
    crmOrdersLoad({ order, records }) {
        const loaded = this.models.connectNewData(records);
        this.data.synchronizeServerDataInIndexedDB(records);
        return loaded["sale.order"].find((one) => one.id === order.id);
    },

    crmOrdersFind(term = "") {
        this.dialog.add(FindOrder, { term });
    },

    /** Put what is left of an order into the cart, less what was paid for it. */
    async crmOrdersCollect(orderId) {
        const opened = await this.crmOrdersOpen(orderId);
        if (
            !opened.order.is_ready &&
            !(await ask(this.dialog, {
                title: _t("The goods are not all there"),
                body: _t(
                    "Nothing is kept for all goods of order %s yet. Hand over all the same?",
                    opened.order.name
                ),
            }))
        ) {
            return;
        }
        const saleOrder = this.crmOrdersLoad(opened);
        const order = this.crmOrdersGetCart(saleOrder);
        if (
            order.lines.some((line) => line.sale_order_origin_id?.id === saleOrder.id)
        ) {
            this.notification.add(_t("This order is in the cart already."), {
                type: "warning",
            });
            return;
        }
        const fiscalPosition = saleOrder.fiscal_position_id;
        order.update({ fiscal_position_id: fiscalPosition });
        await this.settleSO(saleOrder, fiscalPosition);
        this.crmOrdersCorrectDeductions(order, saleOrder, opened);
        if (opened.online > 0) {
            await this.addDownPaymentProductOrderlineToOrder(
                saleOrder,
                -opened.online,
                false
            );
        }
    },

    /** Odoo deducts deposits that were given back at the till, too. */
    crmOrdersCorrectDeductions(order, saleOrder, { deductions }) {
        for (const line of [...order.lines]) {
            const deposit = line.sale_order_line_id;
            if (line.sale_order_origin_id?.id !== saleOrder.id) {
                continue;
            }
            if (deposit?.is_downpayment) {
                line.setQuantity(-deductions[deposit.id] || 0, true);
            }
            if (line.qty === 0) {
                order.removeOrderline(line);
            }
        }
    },

    /** Take a part of what an order still costs, before its goods are there. */
    async crmOrdersPay(orderId) {
        const saleOrder = this.crmOrdersLoad(await this.crmOrdersOpen(orderId));
        this.crmOrdersGetCart(saleOrder);
        await this.downPaymentSO(saleOrder, false);
    },

    crmOrdersOpen(orderId) {
        return this.data.call("crm_orders.till", "open_order", [
            this.session.id,
            orderId,
        ]);
    },

    /** The cart, or a new one if that is somebody else's. */
    crmOrdersGetCart(saleOrder) {
        const current = this.getOrder();
        const customer = current?.getPartner();
        const isFree =
            current && (!customer || customer.id === saleOrder.partner_id?.id);
        const order = isFree ? current : this.addNewOrder();
        order.setPartner(saleOrder.partner_id);
        return order;
    },

    /** Show the receipt that took the money for an order, to give it back. */
    crmOrdersGiveBack(receipt) {
        this.navigate("TicketScreen", {
            stateOverride: {
                filter: "SYNCED",
                search: { fieldName: "RECEIPT_NUMBER", searchTerm: receipt },
                destinationOrder: this.getOrder(),
            },
        });
    },
});
