import { describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { DeviceServiceError } from "@retail_pos_hardware/app/utils/device_service";
import { DeviceServicePrinter } from "@retail_pos_hardware/app/utils/printer/device_service_printer";

describe.current.tags("headless");

/** A printer that draws nothing; each answer is returned or, if an error, thrown. */
function makePrinter(...answers) {
    const calls = [];
    const notices = [];
    const service = {
        call: async (name, data) => {
            calls.push({ name, ...data });
            const reply = answers.shift();
            if (reply instanceof Error) {
                throw reply;
            }
            return {
                id: data.id,
                state: "confirmed",
                printed: true,
                paper: "ok",
                ...reply,
            };
        },
    };
    const printer = new DeviceServicePrinter({
        url: "http://127.0.0.1:8073",
        notify: (message) => notices.push(message),
        service,
    });
    let drawn = 0;
    printer.drawReceipt = async () => ({
        toDataURL: () => `data:image/png;base64,PICTURE${++drawn}`,
    });
    return { printer, calls, notices };
}

function receipt() {
    return document.createElement("div");
}

test("a receipt is sent once, with a number of its own", async () => {
    const { printer, calls } = makePrinter({}, {});
    expect(await printer.printReceipt(receipt())).toEqual({
        successful: true,
        warningCode: undefined,
    });
    await printer.printReceipt(receipt());
    expect(calls.map(({ name }) => name)).toEqual(["print", "print"]);
    expect(calls.map(({ image }) => image)).toEqual(["PICTURE1", "PICTURE2"]);
    expect(calls[0].id).not.toBe(calls[1].id);
});

test("retry keeps number and picture", async () => {
    allowTranslations();
    const { printer, calls } = makePrinter(
        { state: "failed", printed: false, code: "paper_out", message: "No paper." },
        {}
    );
    const paper = receipt();
    const failed = await printer.printReceipt(paper);
    expect(failed.successful).toBe(false);
    expect(failed.canRetry).toBe(true);
    expect(failed.errorCode).toBe("paper_out");
    expect(failed.message.body).toBe("The printer is out of paper. Put in a new roll.");
    expect((await printer.printReceipt(paper)).successful).toBe(true);
    expect(calls[1]).toEqual(calls[0]);
});

test("retry of an unanswered request keeps the number", async () => {
    allowTranslations();
    const { printer, calls } = makePrinter(new DeviceServiceError("timeout"), {});
    const paper = receipt();
    expect((await printer.printReceipt(paper)).errorCode).toBe("timeout");
    await printer.printReceipt(paper);
    expect(calls[1].id).toBe(calls[0].id);
    expect(calls[1].name).toBe("print");
});

test("retry after a doubtful print asks for a copy", async () => {
    allowTranslations();
    const { printer, calls } = makePrinter(
        { state: "unknown", printed: false, code: "maybe_printed" },
        { id: "the-copy", state: "unknown", printed: false, code: "maybe_printed" },
        { id: "second-copy" }
    );
    const paper = receipt();
    const first = await printer.printReceipt(paper);
    expect(first.message.body).toInclude("Look at the printer");
    await printer.printReceipt(paper);
    await printer.printReceipt(paper);
    expect(calls.map(({ name }) => name)).toEqual([
        "print",
        "jobs/retry",
        "jobs/retry",
    ]);
    expect(calls[1].id).toBe(calls[0].id);
    expect(calls[1].copy_text).toBe("COPY");
    expect(calls[2].id).toBe("the-copy");
});

test("a nearly empty roll is a warning of a printed receipt", async () => {
    const { printer } = makePrinter({ paper: "low" });
    const result = await printer.printReceipt(receipt());
    expect(result).toEqual({
        successful: true,
        warningCode: "ROLL_PAPER_HAS_ALMOST_RUN_OUT",
    });
});

test("receipts at the same time have each its own result", async () => {
    allowTranslations();
    const { printer, calls } = makePrinter(
        { state: "failed", printed: false, code: "busy" },
        {}
    );
    const results = await Promise.all([
        printer.printReceipt(receipt()),
        printer.printReceipt(receipt()),
    ]);
    expect(results.map(({ successful }) => successful)).toEqual([false, true]);
    expect(calls).toHaveLength(2);
});

test("nothing to print is no error", async () => {
    const { printer, calls } = makePrinter();
    expect(await printer.printReceipt()).toEqual({ successful: true });
    expect(calls).toHaveLength(0);
});

test("a drawer that stays closed is told and rejects nothing", async () => {
    allowTranslations();
    const { printer, calls, notices } = makePrinter(
        { outcome: "opened" },
        new DeviceServiceError("offline")
    );
    expect(await printer.openCashbox("Counting")).toBe(true);
    expect(calls[0]).toEqual({ name: "drawer", reason: "Counting" });
    expect(await printer.openCashbox()).toBe(false);
    expect(notices).toHaveLength(1);
    expect(notices[0].toString()).toInclude("switched off or not connected");
});
