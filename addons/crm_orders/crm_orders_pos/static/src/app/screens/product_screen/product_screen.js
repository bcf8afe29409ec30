import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { isTrackAddress } from "@crm_orders_pos/app/utils/order_values";
import { patch } from "@web/core/utils/patch";

patch(ProductScreen.prototype, {
    /** The QR code of a label, a receipt or the customer's phone opens the order. */
    async _barcodeProductAction(code) {
        if (this.pos.config._crm_orders_till && isTrackAddress(code.base_code)) {
            return this.pos.crmOrdersFind(code.base_code);
        }
        return super._barcodeProductAction(...arguments);
    },
});
