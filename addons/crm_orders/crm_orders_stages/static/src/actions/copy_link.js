import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Client action: put an address into the clipboard. Browsers refuse that on pages without
 * https, or when the user was not quick enough; then the address is shown to be copied by
 * hand, so that it is never lost.
 */
export async function copyLink(env, action) {
    const { url } = action.params;
    try {
        await browser.navigator.clipboard.writeText(url);
        env.services.notification.add(_t("Tracking link copied: %s", url), {
            type: "success",
        });
    } catch {
        env.services.notification.add(_t("Copy this tracking link: %s", url), {
            sticky: true,
        });
    }
    return { type: "ir.actions.client", tag: "soft_reload" };
}

registry.category("actions").add("crm_orders_stages.copy_link", copyLink);
