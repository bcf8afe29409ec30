import { patch } from "@web/core/utils/patch";
import { hootPosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { models } from "@web/../tests/web_test_helpers";

/** Not set up, as core expects it; tests of ours load tiers themselves. */
export class LoyaltyTier extends models.ServerModel {
    _name = "loyalty.tier";

    _load_pos_data_fields() {
        return ["name", "threshold", "discount", "color", "write_date"];
    }
}

patch(hootPosModels, [...hootPosModels, LoyaltyTier]);
