import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as PosSale from "@pos_sale/../tests/tours/utils/pos_sale_utils";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { inLeftSide } from "@point_of_sale/../tests/pos/tours/utils/common";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("loyalty_tiers_pos_sale_settle", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            PosSale.settleNthOrder(1),
            inLeftSide({
                content: "the customer of the order has a badge",
                trigger: '.set-partner .loyalty-badge:contains("Gold")',
            }),
            // a blanket with the discount of the tier, another for an agreed price
            ProductScreen.totalAmountIs("170.00"),
            // one more is taken along
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.totalAmountIs("260.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Bank"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            {
                content:
                    "the receipt says what the tier gave, on the order and in the shop",
                trigger:
                    '.pos-receipt .loyalty-savings:contains("Gold customer -10 %"):contains("20.00")',
            },
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});
