import { LoyaltyBadge } from "@loyalty_tiers_pos/app/components/loyalty_badge/loyalty_badge";
import { PartnerLine } from "@point_of_sale/app/screens/partner_list/partner_line/partner_line";
import { patch } from "@web/core/utils/patch";

patch(PartnerLine, {
    components: { ...PartnerLine.components, LoyaltyBadge },
});
