/**
 * How the cards look once all that waits is done: people see what they did at once, also
 * without a network. The cards given are left as they are.
 */

const CHANGES = {
    take: (card) => {
        card.is_mine = true;
    },
    next: (card, values) => {
        // It counts from the stage in which the button was pressed, as on the server.
        if (
            card.stage.id !== values.stage_id ||
            card.ahead[0]?.id !== values.to_stage_id
        ) {
            return;
        }
        [card.stage, ...card.ahead] = card.ahead;
        // What has to be done in the next stage, the server will tell.
        card.checks = [];
        card.unmet = [];
    },
    tick: (card, values) => {
        card.checks = card.checks.map((check) =>
            check.id === values.check_id ? { ...check, is_done: values.is_done } : check
        );
    },
    photo: (card) => {
        card.photos += 1;
    },
    signature: (card) => {
        card.signatures += 1;
    },
};

export function project(cards, entries) {
    const projected = new Map(
        cards.map((card) => [card.id, { ...card, ahead: [...card.ahead], waiting: 0 }])
    );
    for (const entry of entries) {
        const card = projected.get(entry.orderId);
        if (card) {
            CHANGES[entry.kind]?.(card, entry.values);
            card.waiting += 1;
        }
    }
    return [...projected.values()];
}

/** What is to be done on a card before it can be moved on, in words. */
export function openTasks(card) {
    return card.checks.filter((check) => !check.is_done).map((check) => check.name);
}

/** The cards with one of them as the server has it now. */
export function withAnswer(cards, entry, answer) {
    const others = cards.filter((card) => card.id !== entry.orderId);
    if (!answer.card) {
        return others;
    }
    const at = cards.findIndex((card) => card.id === entry.orderId);
    others.splice(at < 0 ? others.length : at, 0, answer.card);
    return others;
}
