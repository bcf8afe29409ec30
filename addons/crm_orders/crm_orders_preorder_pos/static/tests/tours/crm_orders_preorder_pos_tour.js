import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as PartnerList from "@point_of_sale/../tests/pos/tours/utils/partner_list_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { inLeftSide } from "@point_of_sale/../tests/pos/tours/utils/common";
import { registry } from "@web/core/registry";

const dialog = ".modal:not(.o_inactive_modal) .crm-orders-make";

const chooseCustomer = () => [
    {
        content: "the customer is asked for",
        trigger: ".modal .partner-list",
    },
    PartnerList.searchCustomerValue("040 123 4567", true),
    PartnerList.clickPartner("Aino Lähde"),
];

const pay = (amount) => [
    ProductScreen.totalAmountIs(amount),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash Counter"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.receiptIsThere(),
];

registry.category("web_tour.tours").add("crm_orders_preorder_pos_make", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickDisplayedProduct("Game"),
            ProductScreen.clickControlButton("Preorder or order"),
            chooseCustomer(),
            {
                content: "the deposit of the product is asked for",
                trigger: `${dialog}:has(.crm-orders-customer:contains("Aino Lähde")) .crm-orders-asked:contains("30.00")`,
            },
            {
                content: "what is agreed is noted",
                trigger: `${dialog} #crm_orders_note`,
                run: "edit From Espoo",
            },
            {
                content: "make it",
                trigger: '.crm-orders-confirm:contains("30.00"):not(:disabled)',
                run: "click",
            },
            {
                content: "the dialog is gone",
                trigger: "body:not(:has(.modal))",
            },
            pay("30.00"),
            {
                content: "the receipt tells of the deposit",
                trigger:
                    '.pos-receipt .crm-orders-receipt .crm-orders-deposit:contains("30.00")',
            },
            {
                content: "and of what remains, with the customer's page",
                trigger:
                    '.pos-receipt .crm-orders-receipt:has(img) .crm-orders-remaining:contains("70.00")',
            },
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("crm_orders_preorder_pos_collect", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickControlButton("Fetch an order"),
            {
                content: "what waits to be fetched is shown by itself",
                trigger: ".crm-orders-card:contains(Aino Lähde)",
            },
            {
                content: "search by phone",
                trigger: ".modal .crm-orders-find input",
                run: "edit 0401234567",
            },
            {
                content: "it is ready, and tells what remains",
                trigger:
                    '.crm-orders-card:has(.crm-orders-stage:contains("Goods are there")):contains("70.00") .crm-orders-collect',
                run: "click",
            },
            {
                content: "the dialog is gone",
                trigger: "body:not(:has(.modal))",
            },
            inLeftSide(Order.hasLine({ productName: "Game" })),
            pay("70.00"),
            {
                content: "nothing remains",
                trigger:
                    '.pos-receipt .crm-orders-receipt .crm-orders-remaining:contains("Paid in full")',
            },
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("crm_orders_preorder_pos_refused", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickDisplayedProduct("Game"),
            ProductScreen.clickControlButton("Preorder or order"),
            chooseCustomer(),
            {
                content: "make it",
                trigger: '.crm-orders-confirm:contains("30.00"):not(:disabled)',
                run: "click",
            },
            {
                content: "there is no place left",
                trigger: `.modal-footer .crm-orders-problem:contains("only 1 can be preordered")`,
            },
            Offline.setOfflineMode(),
            {
                content: "try again without a connection",
                trigger: ".crm-orders-confirm:not(:disabled)",
                run: "click",
            },
            {
                content: "the cashier is told",
                trigger: `.modal-footer .crm-orders-problem:contains("server cannot be reached")`,
            },
            Offline.setOnlineMode(),
            {
                content: "leave it",
                trigger: ".modal-footer .btn-secondary:contains(Discard)",
                run: "click",
            },
            inLeftSide(Order.hasLine({ productName: "Game" })),
            ProductScreen.totalAmountIs("100.00"),
            Chrome.endTour(),
        ].flat(Infinity),
});
