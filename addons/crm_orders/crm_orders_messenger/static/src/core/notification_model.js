import { Notification } from "@mail/core/common/notification_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** The mark under a message that went out in a messenger. */
patch(Notification.prototype, {
    get icon() {
        return this.notification_type === "crm_orders"
            ? "fa fa-commenting-o"
            : super.icon;
    },
    get label() {
        return this.notification_type === "crm_orders" ? _t("Messenger") : super.label;
    },
});
