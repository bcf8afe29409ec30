import { DataServiceOptions } from "@point_of_sale/app/models/data_service_options";
import { patch } from "@web/core/utils/patch";

patch(DataServiceOptions.prototype, {
    get databaseIndex() {
        return { ...super.databaseIndex, "loyalty.membership": ["partner_id"] };
    },
    // Tiers and members that are gone must not go on giving discounts.
    get cleanupModels() {
        return [...super.cleanupModels, "loyalty.tier", "loyalty.membership"];
    },
    // The member may be the company of a loaded contact: its id is all that is needed.
    get prohibitedAutoLoadedFields() {
        return {
            ...super.prohibitedAutoLoadedFields,
            "loyalty.membership": ["partner_id"],
        };
    },
});
