import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { generateQRCodeDataUrl } from "@point_of_sale/utils";
import { patch } from "@web/core/utils/patch";

patch(OrderReceipt.prototype, {
    get crmOrdersOnReceipt() {
        return this.order.crmOrdersOnReceipt.map((said) => ({
            ...said,
            qrCode: said.url && generateQRCodeDataUrl(said.url),
        }));
    },
});
