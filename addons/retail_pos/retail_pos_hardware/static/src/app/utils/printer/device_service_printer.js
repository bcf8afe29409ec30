import { _t } from "@web/core/l10n/translation";
import { Mutex } from "@web/core/utils/concurrency";
import { BasePrinter } from "@point_of_sale/app/utils/printer/base_printer";
import { uuidv4 } from "@point_of_sale/utils";
import {
    DeviceService,
    problemText,
} from "@retail_pos_hardware/app/utils/device_service";
import { drawReceipt } from "@retail_pos_hardware/app/utils/receipt_picture";

/** Longer than the service itself waits for the printer. */
const PRINT_TIMEOUT = 20000;
const DRAWER_TIMEOUT = 8000;

/**
 * Receipt printer behind the till's device service.
 *
 * Each receipt has a job number that stays the same however often the cashier presses
 * "Retry", so that the service prints it once. Every print ends, and a failure says what
 * is wrong with the printer.
 */
export class DeviceServicePrinter extends BasePrinter {
    /**
     * @param {Object} params
     * @param {string} params.url address of the device service
     * @param {(message: string) => void} params.notify tells the cashier something
     * @param {DeviceService} [params.service]
     */
    setup({ url, notify, service }) {
        super.setup(...arguments);
        this.service = service || new DeviceService(url);
        this.notify = notify;
        this.jobs = new WeakMap();
        this.mutex = new Mutex();
    }

    /** @override one receipt after the other, each with its own result */
    async printReceipt(receipt) {
        if (!receipt) {
            return { successful: true };
        }
        return this.mutex.exec(async () => {
            const job = await this.getJob(receipt);
            return this.sendJob(job);
        });
    }

    /**
     * The job of a receipt. It keeps the picture, because a job number belongs to one
     * picture and the receipt may look different when it is drawn again.
     */
    async getJob(receipt) {
        let job = this.jobs.get(receipt);
        if (!job) {
            const canvas = await this.drawReceipt(receipt);
            job = { id: uuidv4(), image: this.processCanvas(canvas), doubtful: false };
            this.jobs.set(receipt, job);
        }
        return job;
    }

    drawReceipt(receipt) {
        return drawReceipt(receipt);
    }

    /** @override without the noise that JPEG leaves around letters */
    processCanvas(canvas) {
        return canvas.toDataURL("image/png").replace("data:image/png;base64,", "");
    }

    async sendJob(job) {
        let answer;
        try {
            answer = await this.sendPrintingJob(job);
        } catch (error) {
            return this.getError(error.code, error.message);
        }
        job.id = answer.id;
        // The cashier has now been told to look at the printer. Pressing "Retry" after
        // that is a wish for a copy.
        job.doubtful = answer.state === "unknown";
        if (!answer.printed) {
            return this.getError(answer.code, answer.message);
        }
        return { successful: true, warningCode: this.getResultWarningCode(answer) };
    }

    /** @override */
    sendPrintingJob(job) {
        if (job.doubtful) {
            const data = { id: job.id, copy_text: _t("COPY").toString() };
            return this.service.call("jobs/retry", data, { timeout: PRINT_TIMEOUT });
        }
        const data = { id: job.id, image: job.image };
        return this.service.call("print", data, { timeout: PRINT_TIMEOUT });
    }

    getError(code, message) {
        return {
            successful: false,
            canRetry: true,
            errorCode: code,
            message: {
                title: _t("The receipt was not printed"),
                body: problemText(code, message),
            },
        };
    }

    /** @override */
    getResultWarningCode(answer) {
        return answer?.paper === "low" ? "ROLL_PAPER_HAS_ALMOST_RUN_OUT" : undefined;
    }

    /**
     * @override
     * @returns {Promise<boolean>} whether the drawer is open; never rejects, because
     *   nobody waits for it
     */
    async openCashbox(reason = "") {
        try {
            await this.service.call("drawer", { reason }, { timeout: DRAWER_TIMEOUT });
            return true;
        } catch (error) {
            this.notify(
                _t(
                    "The cash drawer did not open. %s",
                    problemText(error.code, error.message)
                )
            );
            return false;
        }
    }
}
