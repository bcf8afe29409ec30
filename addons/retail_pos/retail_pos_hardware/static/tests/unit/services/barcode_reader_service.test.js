import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, tick } from "@odoo/hoot-mock";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";

describe.current.tags("headless");

function makeReader(message, { linked = true } = {}) {
    const reader = new BarcodeReader(null, {
        hardware_proxy: { hasDeviceService: linked, message },
    });
    reader.scanned = [];
    reader.scan = (code) => reader.scanned.push(code);
    return reader;
}

test("scans are passed on one by one", async () => {
    const waiting = [];
    const reader = makeReader(() => {
        const answer = new Deferred();
        waiting.push(answer);
        return answer;
    });
    reader.connectToProxy();
    waiting[0].resolve("4006381333931");
    await tick();
    waiting[1].resolve("");
    await tick();
    waiting[2].resolve("6411300000494");
    await tick();
    expect(reader.scanned).toEqual(["4006381333931", "6411300000494"]);
    expect(waiting).toHaveLength(4);
    reader.disconnectFromProxy();
});

test("a service that is away is asked again after a pause, not at once", async () => {
    let asked = 0;
    const reader = makeReader(() => {
        asked++;
        return Promise.reject();
    });
    reader.connectToProxy();
    await tick();
    expect(asked).toBe(1);
    await advanceTime(1900);
    expect(asked).toBe(1);
    await advanceTime(200);
    expect(asked).toBe(2);
    reader.disconnectFromProxy();
    await advanceTime(10000);
    expect(asked).toBe(2);
    expect(reader.remoteActive).toBe(0);
});

test("connecting twice makes one loop", async () => {
    let asked = 0;
    const reader = makeReader(() => {
        asked++;
        return new Deferred();
    });
    reader.connectToProxy();
    reader.disconnectFromProxy();
    reader.connectToProxy();
    await tick();
    expect(asked).toBe(1);
    reader.disconnectFromProxy();
});

test("without a link, core's loop runs", async () => {
    const answers = ["4006381333931"];
    const reader = makeReader(
        () => (answers.length ? Promise.resolve(answers.pop()) : new Deferred()),
        { linked: false }
    );
    reader.connectToProxy();
    await tick();
    await tick();
    expect(reader.scanned).toEqual(["4006381333931"]);
});
