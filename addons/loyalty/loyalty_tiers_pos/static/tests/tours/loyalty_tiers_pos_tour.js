import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as PartnerList from "@point_of_sale/../tests/pos/tours/utils/partner_list_util";
import { inLeftSide } from "@point_of_sale/../tests/pos/tours/utils/common";
import { negate } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

const buttonHasBadge = (tier) => ({
    content: `the customer's button shows ${tier}`,
    trigger: `.product-screen .set-partner .loyalty-badge:contains("${tier}")`,
});

const buttonHasNoBadge = () => ({
    content: "the customer's button shows no tier",
    trigger: negate(".loyalty-badge", ".product-screen .set-partner"),
});

const lineSays = (name, percent, tier) => ({
    content: `${name} is ${percent} % cheaper because of ${tier}`,
    trigger:
        `.order-container .orderline:has(.product-name:contains("${name}"))` +
        `:has(.info-list:contains("${percent}%")) .loyalty-line-tier:contains("${tier}")`,
});

const lineSaysNothing = (name) => ({
    content: `no tier gives anything on ${name}`,
    trigger:
        `.order-container .orderline:has(.product-name:contains("${name}"))` +
        `:not(:has(.loyalty-line-tier))`,
});

const receiptSays = (label, amount) => ({
    content: `the receipt says ${label} ${amount}`,
    trigger: `.pos-receipt .loyalty-savings:contains("${label}"):contains("${amount}")`,
});

const receiptSaysNothing = () => ({
    content: "the receipt says nothing of tiers",
    trigger: negate(".loyalty-savings", ".receipt-screen .pos-receipt"),
});

const start = () => [Chrome.startPoS(), Dialog.confirm("Open Register")].flat();

registry.category("web_tour.tours").add("loyalty_tiers_pos_gold_customer", {
    steps: () =>
        [
            start(),
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.clickDisplayedProduct("Gift Box"),
            ProductScreen.totalAmountIs("150.00"),
            // the badge is in the list of customers, before any is chosen
            ProductScreen.clickPartnerButton(),
            PartnerList.searchCustomerValue("Gold Customer"),
            {
                content: "the list shows the tier",
                trigger:
                    '.partner-info:contains("Gold Customer") .loyalty-badge:contains("Gold")',
            },
            PartnerList.clickPartner("Gold Customer"),
            inLeftSide([
                buttonHasBadge("Gold"),
                lineSays("Wool Blanket", "10", "Gold"),
                lineSaysNothing("Gift Box"),
            ]),
            ProductScreen.totalAmountIs("140.00"),
            // what is added later gets the discount too
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.totalAmountIs("230.00"),
            ProductScreen.clickPayButton(),
            {
                content: "the payment screen shows the tier",
                trigger:
                    '.payment-screen .partner-button .loyalty-badge:contains("Gold")',
            },
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            ReceiptScreen.totalAmountContains("230.00"),
            receiptSays("Gold customer -10 %", "20.00"),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

registry.category("web_tour.tours").add("loyalty_tiers_pos_changes", {
    steps: () =>
        [
            start(),
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Gold Customer"),
            ProductScreen.totalAmountIs("90.00"),
            // the cashier's own discount counts when it is better, else the tier's
            inLeftSide(ProductScreen.addDiscount("25")),
            ProductScreen.totalAmountIs("75.00"),
            inLeftSide(lineSaysNothing("Wool Blanket")),
            inLeftSide(
                ["⌫", "⌫"].flatMap((key) => [
                    {
                        content: `press ${key}`,
                        trigger: `.numpad button:contains("${key}")`,
                        run: "click",
                    },
                ])
            ),
            ProductScreen.totalAmountIs("90.00"),
            // another customer
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Silver Customer"),
            ProductScreen.totalAmountIs("95.00"),
            inLeftSide([
                buttonHasBadge("Silver"),
                lineSays("Wool Blanket", "5", "Silver"),
            ]),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Plain Customer"),
            ProductScreen.totalAmountIs("100.00"),
            inLeftSide(buttonHasNoBadge()),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            receiptSaysNothing(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});

registry.category("web_tour.tours").add("loyalty_tiers_pos_search", {
    steps: () =>
        [
            start(),
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.clickPartnerButton(),
            // this customer is not among those the till loaded
            PartnerList.searchCustomerValue("Zz Gold Customer", true),
            {
                content: "the tier came with the customer",
                trigger:
                    '.partner-info:contains("Zz Gold Customer") .loyalty-badge:contains("Gold")',
            },
            PartnerList.clickPartner("Zz Gold Customer"),
            ProductScreen.totalAmountIs("90.00"),
            Chrome.endTour(),
        ].flat(),
});

registry.category("web_tour.tours").add("loyalty_tiers_pos_offline", {
    steps: () =>
        [
            start(),
            Offline.setOfflineMode(),
            ProductScreen.clickDisplayedProduct("Wool Blanket"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Gold Customer"),
            inLeftSide(buttonHasBadge("Gold")),
            ProductScreen.totalAmountIs("90.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            Dialog.confirm("Continue with limited functionality"),
            receiptSays("Gold customer -10 %", "10.00"),
            Offline.setOnlineMode(),
            ReceiptScreen.clickNextOrder(),
            // the next order sends the first one along
            ProductScreen.clickDisplayedProduct("Gift Box"),
            inLeftSide(Order.hasLine({ productName: "Gift Box" })),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            Chrome.isSyncStatusConnected(),
            ReceiptScreen.clickNextOrder(),
            Chrome.endTour(),
        ].flat(),
});
