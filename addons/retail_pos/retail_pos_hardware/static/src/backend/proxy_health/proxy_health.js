import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    DeviceService,
    problemText,
} from "@retail_pos_hardware/app/utils/device_service";

/** Jobs that a person should look at, at most. */
const JOB_LIMIT = 10;

/**
 * Tries the devices out from the browser it is opened in, which is what the point of
 * sale does, and says in plain words what to do about what does not work.
 */
export class ProxyHealth extends Component {
    static template = "retail_pos_hardware.ProxyHealth";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
        this.origin = window.location.origin;
        this.state = useState({
            proxy: null,
            checks: [],
            status: null,
            jobs: [],
            busy: false,
        });
        onWillStart(async () => {
            const id =
                this.props.action.params?.proxy_id ||
                this.props.action.context?.active_id;
            const fields = ["name", "url", "config_ids"];
            [this.state.proxy] = id
                ? await this.orm.read("retail_pos.proxy", [id], fields)
                : [];
            if (this.state.proxy) {
                this.service = this.makeService(this.state.proxy.url);
                this.check();
            }
        });
    }

    makeService(url) {
        return new DeviceService(url);
    }

    get printers() {
        return this.state.status?.printers || [];
    }

    get allIsWell() {
        return (
            this.state.status &&
            this.state.checks.every(({ result }) => result === "ok")
        );
    }

    printerProblem(printer) {
        if (printer.code) {
            return problemText(printer.code, printer.messages[0]);
        }
        if (printer.paper === "low") {
            return _t("The paper roll is nearly empty.");
        }
        return printer.status === "connecting" ? _t("Not asked yet.") : "";
    }

    jobProblem(job) {
        return job.code ? problemText(job.code, job.message) : "";
    }

    formatTime(seconds) {
        return luxon.DateTime.fromSeconds(seconds).toLocaleString(
            luxon.DateTime.DATETIME_SHORT
        );
    }

    /** One thing at a time; the buttons are disabled meanwhile. */
    async exclusively(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await work();
        } finally {
            this.state.busy = false;
        }
    }

    check() {
        return this.exclusively(() => this.runChecks());
    }

    async runChecks() {
        Object.assign(this.state, { checks: [], status: null, jobs: [] });
        if (!(await this.checkConnection())) {
            return;
        }
        try {
            this.state.status = await this.service.call("status");
            this.state.jobs = await this.readJobs();
        } catch (error) {
            this.addCheck(_t("The service tells about its devices"), "failed", [
                problemText(error.code, error.message),
            ]);
            return;
        }
        this.addCheck(_t("The service tells about its devices"), "ok");
        for (const printer of this.printers) {
            const problem = this.printerProblem(printer);
            const result = printer.status === "connected" ? "ok" : "failed";
            this.addCheck(
                _t("Printer %s", printer.name),
                problem && result === "ok" ? "warning" : result,
                problem ? [problem] : []
            );
        }
    }

    async checkConnection() {
        try {
            await this.service.hello();
        } catch (error) {
            this.addCheck(
                _t("This computer does not reach the service"),
                "failed",
                await this.getConnectionAdvice(error)
            );
            return false;
        }
        this.addCheck(_t("This computer reaches the service"), "ok");
        return true;
    }

    async getConnectionAdvice() {
        const { protocol, hostname } = new URL(this.state.proxy.url);
        const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
        if (await this.service.isListening()) {
            return [
                _t(
                    "Something answers at this address, but it does not accept this page."
                ),
                _t(
                    "If it is the device service: start it with --allow-origin %s, or add this address under 'origins' in its settings file.",
                    this.origin
                ),
                _t("If the service has a secret: the address must end with /k/SECRET."),
                _t("If it is another program: choose another port for the service."),
            ];
        }
        const advice = [_t("Nothing answers at this address.")];
        if (isLocal) {
            advice.push(
                _t(
                    "The address means the computer that you are using now. Start the device service on it, or open this page on the till."
                )
            );
        } else {
            advice.push(
                _t(
                    "Check that the device service is running there, that it listens on the network, and that no firewall is in between."
                )
            );
        }
        if (window.location.protocol === "https:" && protocol === "http:" && !isLocal) {
            advice.push(
                _t(
                    "This page uses HTTPS, from which browsers do not reach an address with http:// in the network. Give the service a certificate, run it on the till itself, or switch on Local Network Access."
                )
            );
        }
        return advice;
    }

    addCheck(title, result, advice = []) {
        this.state.checks.push({ title, result, advice });
    }

    async readJobs() {
        const { jobs } = await this.service.call("jobs", {
            states: ["failed", "unknown"],
            dismissed: false,
            limit: JOB_LIMIT,
        });
        return jobs;
    }

    async tryDevice(title, work) {
        await this.exclusively(async () => {
            try {
                const answer = await work();
                if (answer.printed === false) {
                    this.addCheck(title, "failed", [
                        problemText(answer.code, answer.message),
                    ]);
                } else {
                    this.addCheck(title, "ok");
                }
                this.state.jobs = await this.readJobs();
            } catch (error) {
                this.addCheck(title, "failed", [
                    problemText(error.code, error.message),
                ]);
            }
        });
    }

    printTestPage(printer) {
        return this.tryDevice(_t("Test page on %s", printer.name), () =>
            this.service.call("test", { printer: printer.name }, { timeout: 20000 })
        );
    }

    openDrawer(printer) {
        return this.tryDevice(_t("Cash drawer of %s opens", printer.name), () =>
            this.service.call("drawer", { printer: printer.name, reason: "Check" })
        );
    }

    printAgain(job) {
        return this.tryDevice(_t("Print again: %s", job.title || job.id), () =>
            this.service.call(
                "jobs/retry",
                { id: job.id, copy_text: _t("COPY").toString() },
                { timeout: 20000 }
            )
        );
    }

    async dismiss(job) {
        await this.exclusively(async () => {
            await this.service.call("jobs/dismiss", { id: job.id });
            this.state.jobs = await this.readJobs();
        });
    }

    editService() {
        return this.actionService.doAction(
            "retail_pos_hardware.retail_pos_proxy_action"
        );
    }
}

registry.category("actions").add("retail_pos_hardware.proxy_health", ProxyHealth);
