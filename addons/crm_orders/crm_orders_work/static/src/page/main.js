import { mount, whenReady } from "@odoo/owl";
import { makeEnv, startServices } from "@web/env";
import { appTranslateFn } from "@web/core/l10n/translation";
import { getTemplate } from "@web/core/templates";
import { MyWork } from "./my_work";

/** Shows the page; `info` tells who is logged in. */
export async function startWork(info) {
    await whenReady();
    const env = makeEnv();
    await startServices(env);
    return mount(MyWork, document.body, {
        env,
        getTemplate,
        props: info,
        translateFn: appTranslateFn,
        translatableAttributes: ["aria-label"],
    });
}
