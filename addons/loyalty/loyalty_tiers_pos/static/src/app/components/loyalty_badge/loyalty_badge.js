import { Component } from "@odoo/owl";

/** Name of a tier in its colour; nothing for a customer without a tier. */
export class LoyaltyBadge extends Component {
    static template = "loyalty_tiers_pos.LoyaltyBadge";
    static props = {
        tier: { type: Object, optional: true },
        class: { type: String, optional: true },
    };
}
