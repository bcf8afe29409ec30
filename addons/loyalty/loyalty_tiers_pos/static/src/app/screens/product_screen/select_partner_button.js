import { LoyaltyBadge } from "@loyalty_tiers_pos/app/components/loyalty_badge/loyalty_badge";
import { SelectPartnerButton } from "@point_of_sale/app/screens/product_screen/control_buttons/select_partner_button/select_partner_button";
import { patch } from "@web/core/utils/patch";

patch(SelectPartnerButton, {
    components: { ...SelectPartnerButton.components, LoyaltyBadge },
});
