import { patch } from "@web/core/utils/patch";
import { ProxyStatus } from "@point_of_sale/app/components/navbar/proxy_status/proxy_status";
import { problemText } from "@retail_pos_hardware/app/utils/device_service";

patch(ProxyStatus.prototype, {
    /** @override with the reason instead of "Printer Offline" */
    get message() {
        const code = this.connectionInfo.drivers.printer?.code;
        if (this.pos.config.hasDeviceService && code) {
            return problemText(code);
        }
        return super.message;
    },
});
