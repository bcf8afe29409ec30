import { patch } from "@web/core/utils/patch";
import { PosConfig } from "@point_of_sale/app/models/pos_config";

patch(PosConfig.prototype, {
    /** Whether this shop has a till device service; without one, core is left alone. */
    get hasDeviceService() {
        return Boolean(this.raw.retail_pos_proxy_id);
    },
});
