/** The address of a tracking page, as it is in the QR code of a label or receipt. */
const TRACK_ADDRESS = /\/track\/[A-Za-z0-9_-]{32}\/?$/;

export function isTrackAddress(code) {
    return typeof code === "string" && TRACK_ADDRESS.test(code);
}

/**
 * Lines of the cart that an order can be made of: goods and services that are sold here,
 * not what is given back, belongs to another order or consists of parts to choose from.
 */
export function getOrderableLines(lines, specialProductIds = []) {
    return lines.filter(
        (line) =>
            line.qty > 0 &&
            !line.sale_order_origin_id &&
            !line.refunded_orderline_id &&
            !line.combo_parent_id &&
            !line.combo_line_ids?.length &&
            !specialProductIds.includes(line.product_id.id)
    );
}

/** What the server is told of a line. */
export function getLineValues(line) {
    return {
        product_id: line.product_id.id,
        quantity: line.qty,
        price: line.price_unit,
        discount: line.discount || 0,
        note: line.customer_note || "",
        attribute_value_ids: (line.attribute_value_ids || []).map((value) => value.id),
    };
}

/**
 * What the receipt says of the orders on it, as long as the server has not said it.
 *
 * @param {Object[]} lines of the receipt
 * @param {number} downPaymentId the product that stands for deposits
 */
export function getOrdersOnReceipt(lines, downPaymentId) {
    const orders = new Map();
    for (const line of lines) {
        const order = line.sale_order_origin_id;
        if (!order?.name) {
            continue;
        }
        if (!orders.has(order.id)) {
            orders.set(order.id, {
                name: order.name,
                url: order.crm_orders_track_url || "",
                deposit: 0,
                remaining: order.amount_total - (order.crm_orders_till_paid || 0),
            });
        }
        const said = orders.get(order.id);
        said.remaining -= line.priceIncl;
        if (line.product_id.id === downPaymentId && line.qty > 0) {
            said.deposit += line.priceIncl;
        }
    }
    return [...orders.values()].map((said) => ({
        ...said,
        remaining: Math.max(0, said.remaining),
    }));
}
