import { Notification } from "@mail/core/common/notification_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** The mark of a message that went out in a messenger. */
patch(Notification.prototype, {
    get isMessenger() {
        return this.notification_type === "crm_orders";
    },
    get icon() {
        return this.isMessenger ? "fa fa-commenting-o" : super.icon;
    },
    get label() {
        return this.isMessenger ? _t("Messenger") : super.label;
    },
    /** What became of the message, in words; a failure with the provider's reason. */
    get messengerText() {
        const channel = this.crm_orders_channel || _t("Messenger");
        if (this.isFailure && this.failure_reason) {
            return this.crm_orders_state === "unknown"
                ? _t("%(channel)s: perhaps sent. %(reason)s", {
                      channel,
                      reason: this.failure_reason,
                  })
                : _t("%(channel)s: not sent. %(reason)s", {
                      channel,
                      reason: this.failure_reason,
                  });
        }
        switch (this.crm_orders_state) {
            case "sending":
                return _t("%s: being sent", channel);
            case "sent":
                return _t("%s: sent", channel);
            case "delivered":
                return _t("%s: delivered", channel);
            case "read":
                return _t("%s: read", channel);
            case "failed":
                return _t("%s: not sent", channel);
            case "unknown":
                return _t("%s: perhaps sent", channel);
            case "cancelled":
                return _t("%s: left unsent", channel);
        }
        return _t("%s: waiting to be sent", channel);
    },
    get messengerIcon() {
        if (this.isFailure) {
            return "fa fa-exclamation-triangle";
        }
        const icons = {
            sent: "fa fa-check",
            delivered: "fa fa-check-circle-o",
            read: "fa fa-eye",
            cancelled: "fa fa-ban",
        };
        return icons[this.crm_orders_state] || "fa fa-clock-o";
    },
});
