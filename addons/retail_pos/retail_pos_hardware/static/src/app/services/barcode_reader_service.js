import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";

const RETRY_DELAY = 2000;

patch(BarcodeReader.prototype, {
    /**
     * @override
     * Core asks again at once when the service is away. As the refusal comes without
     * any delay, that is an endless loop in which the whole page freezes.
     */
    async waitForBarcode() {
        if (!this.hardwareProxy.hasDeviceService) {
            return super.waitForBarcode();
        }
        while (this.remoteScanning) {
            try {
                const barcode = await this.hardwareProxy.message("scanner");
                if (barcode && this.remoteScanning) {
                    this.scan(barcode);
                }
            } catch {
                await new Promise((resolve) =>
                    browser.setTimeout(resolve, RETRY_DELAY)
                );
            }
        }
        this.remoteActive = 0;
    },
});
