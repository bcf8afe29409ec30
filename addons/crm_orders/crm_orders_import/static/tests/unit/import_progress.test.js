import { describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Job extends models.Model {
    _name = "job";
    state = fields.Selection({
        selection: [
            ["importing", "Being Imported"],
            ["done", "Imported"],
        ],
    });
    progress = fields.Integer();
    _records = [{ id: 1, state: "importing", progress: 10 }];
}

defineMailModels();
defineModels([Job]);

test("progress is looked at again until the job has ended", async () => {
    onRpc("job", "web_read", () => expect.step("read"));
    await mountView({
        type: "form",
        resModel: "job",
        resId: 1,
        arch: `
            <form>
                <field name="state"/>
                <widget name="crm_orders_import_progress" invisible="state == 'done'"/>
            </form>`,
    });
    expect(".progress-bar").toHaveText("10 %");
    MockServer.env["job"].write([1], { progress: 60 });
    await advanceTime(2100);
    expect(".progress-bar").toHaveText("60 %");
    MockServer.env["job"].write([1], { state: "done" });
    await advanceTime(2100);
    expect(".o_crm_orders_import_progress").toHaveCount(0);
    await advanceTime(10000);
    expect.verifySteps(["read", "read", "read"]);
});
