import { ResPartner } from "@point_of_sale/app/models/res_partner";
import { patch } from "@web/core/utils/patch";

patch(ResPartner.prototype, {
    /**
     * Membership of the customer or of the company it belongs to. It can be newer than
     * the customer that the till has kept, so that both ends are looked at.
     */
    get loyaltyMembership() {
        return (
            this.loyalty_membership_id ||
            this.models["loyalty.membership"]?.getBy(
                "partner_id",
                this.loyalty_owner_id || this.id
            )
        );
    },
    get loyaltyTier() {
        return this.loyaltyMembership?.tier_id;
    },
});
