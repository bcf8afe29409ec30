import { MessagingMenu } from "@mail/core/public_web/messaging_menu";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** A click on a failure leads to the messages that have to be decided on. */
patch(MessagingMenu.prototype, {
    openFailureView(failure) {
        if (failure.type !== "crm_orders") {
            return super.openFailureView(...arguments);
        }
        this.env.services.action.doAction(
            "crm_orders_messenger.crm_orders_outgoing_action"
        );
        this.dropdown.close();
    },
    getFailureNotificationName(failure) {
        if (failure.type !== "crm_orders") {
            return super.getFailureNotificationName(...arguments);
        }
        return _t("A message to a customer was not sent");
    },
});
