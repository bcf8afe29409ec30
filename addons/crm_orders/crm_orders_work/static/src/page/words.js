import { _t } from "@web/core/l10n/translation";
import { openTasks } from "../engine/projection";

/** What the page says, as whole sentences that can be translated. */
export const words = {
    mine: (count) => _t("Mine (%s)", count),
    free: (count) => _t("Free (%s)", count),
    waiting: (count) =>
        count === 1 ? _t("1 waiting to be sent") : _t("%s waiting to be sent", count),
    moreLines: (count) => _t("and %s more lines", count),
    next: (stage) => _t("Next: %s", stage.name),
    late: (date) => _t("Late: %s", date),
    parked: (entry) =>
        _t(
            "%s: the server could not do it. It is kept on this phone.",
            entry.orderName
        ),
    nothingMine: () =>
        _t(
            "Orders given to you are shown here. Look under Free for what you can take."
        ),

    /** What must be done before the order can be moved on; nothing when all is done. */
    before: (card) => {
        const tasks = [...openTasks(card), ...card.unmet].join("; ");
        const stage = card.ahead[0]?.name;
        return tasks && stage
            ? _t("Before %(stage)s: %(tasks)s", { stage, tasks })
            : "";
    },

    /** What a message is about: the thing that could not be done. */
    notDone: (notice) =>
        ({
            take: _t("Not taken."),
            next: _t("Not moved on."),
            tick: _t("Not ticked off."),
            photo: _t("Photo not added to the order."),
            signature: _t("Signature not added to the order."),
        })[notice.kind] || "",
};
