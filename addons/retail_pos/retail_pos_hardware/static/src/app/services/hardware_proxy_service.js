import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { deduceUrl } from "@point_of_sale/utils";
import { HardwareProxy } from "@point_of_sale/app/services/hardware_proxy_service";
import { DeviceService } from "@retail_pos_hardware/app/utils/device_service";
import { DeviceServicePrinter } from "@retail_pos_hardware/app/utils/printer/device_service_printer";

const STATUS_DELAY = 5000;
const STATUS_TIMEOUT = 2500;

/** State of the devices in the shape that core's status icon reads. */
function toDrivers(status) {
    const printer = status.printers.find(({ name }) => name === status.printer);
    return {
        printer: {
            status: printer.status,
            code: printer.code,
            messages: printer.messages,
        },
        scanner: { status: status.scanner },
        scale: { status: status.scale },
    };
}

patch(HardwareProxy.prototype, {
    get hasDeviceService() {
        return Boolean(this.pos?.config.hasDeviceService);
    },

    /** @override */
    connectToPrinter() {
        if (!this.hasDeviceService) {
            return super.connectToPrinter();
        }
        if (!this.printer) {
            this.printer = new DeviceServicePrinter({
                url: this.host,
                notify: (message) =>
                    this.pos.notification.add(message, { type: "danger" }),
            });
        }
    },

    /**
     * @override
     * Core gives up for the day when the service does not answer as the till is opened.
     * We keep asking, and have a printer that says what is wrong until then.
     */
    async autoConnect(options) {
        const result = await super.autoConnect(...arguments);
        if (this.hasDeviceService && this.connectionInfo.status === "disconnected") {
            this.host = deduceUrl(options.force_ip);
            if (this.pos.config.iface_print_via_proxy) {
                this.connectToPrinter();
            }
            this.keepAlive();
        }
        return result;
    },

    /**
     * @override
     * Core's loop ends for good the first time an answer takes too long, and the icon
     * stays green from then on.
     */
    keepAlive() {
        if (!this.hasDeviceService) {
            return super.keepAlive();
        }
        if (!this.keptalive) {
            this.keptalive = true;
            this.pollStatus();
        }
    },

    async pollStatus() {
        try {
            const service = new DeviceService(this.host);
            const status = await service.call(
                "status",
                {},
                { timeout: STATUS_TIMEOUT }
            );
            this.setConnectionInfo({ status: "connected", drivers: toDrivers(status) });
        } catch {
            if (this.connectionInfo.status !== "connecting") {
                this.setConnectionInfo({ status: "disconnected" });
            }
        }
        browser.setTimeout(() => this.pollStatus(), STATUS_DELAY);
    },

    /**
     * @override
     * Core does not even try while the service is away, and tells nobody.
     */
    async openCashbox(action = false) {
        if (!(this.printer instanceof DeviceServicePrinter)) {
            return super.openCashbox(...arguments);
        }
        if (!this.pos.config.iface_cashdrawer) {
            return;
        }
        const opened = await this.printer.openCashbox(action ? action.toString() : "");
        if (opened && action) {
            this.pos.logEmployeeMessage(action, "CASH_DRAWER_ACTION");
        }
    },
});
