import { LoyaltyBadge } from "@loyalty_tiers_pos/app/components/loyalty_badge/loyalty_badge";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { patch } from "@web/core/utils/patch";

patch(PaymentScreen, {
    components: { ...PaymentScreen.components, LoyaltyBadge },
});
