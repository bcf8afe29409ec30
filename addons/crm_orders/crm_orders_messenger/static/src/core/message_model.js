import { Message } from "@mail/core/common/message_model";
import { patch } from "@web/core/utils/patch";

/** Mails to colleagues and the message to the customer have fates of their own. */
patch(Message.prototype, {
    get messengerNotifications() {
        return this.notification_ids.filter(({ isMessenger }) => isMessenger);
    },
    get otherNotifications() {
        return this.notification_ids.filter(({ isMessenger }) => !isMessenger);
    },
});
