/**
 * Rules of the loyalty tiers as pure functions: the twin of `tools/engine.py`, see there
 * for the reasons. Both run the vectors in `static/tests/vectors`: change both or neither.
 * This file imports nothing, so that any JavaScript engine can run it.
 *
 * Days are strings such as "2026-02-28". Tiers are objects with `id`, `threshold` and
 * `discount`. Entries of the ledger are pairs of a day and an amount.
 */

export const WINDOW_MONTHS = 12;

const DAY_MS = 24 * 60 * 60 * 1000;

export function roundHalfUp(value, digits = 2) {
    const factor = 10 ** digits;
    const rounded = Math.floor(Math.abs(value) * factor + 0.5 + 1e-7) / factor;
    return value < 0 ? -rounded : rounded;
}

export function addMonths(day, months) {
    const [year, month, date] = day.split("-").map(Number);
    const index = year * 12 + month - 1 + months;
    const [newYear, newMonth] = [Math.floor(index / 12), index % 12];
    const lastDate = new Date(Date.UTC(newYear, newMonth + 1, 0)).getUTCDate();
    return isoDay(Date.UTC(newYear, newMonth, Math.min(date, lastDate)));
}

export function windowStart(day, months = WINDOW_MONTHS) {
    return isoDay(Date.parse(addMonths(day, -months)) + DAY_MS);
}

export function windowSum(entries, day, months = WINDOW_MONTHS, digits = 2) {
    const start = windowStart(day, months);
    let sum = 0;
    for (const [entryDay, amount] of entries) {
        if (start <= entryDay && entryDay <= day) {
            sum += amount;
        }
    }
    return roundHalfUp(sum, digits);
}

export function tierFor(amount, tiers, digits = 2) {
    const reached = Math.max(roundHalfUp(amount, digits), 0);
    let best = null;
    for (const tier of tiers) {
        const threshold = roundHalfUp(tier.threshold, digits);
        if (threshold <= reached && (best === null || threshold > best.threshold)) {
            best = tier;
        }
    }
    return best;
}

export function progress(amount, tiers, digits = 2) {
    const reached = Math.max(roundHalfUp(amount, digits), 0);
    const floor = tierFor(amount, tiers, digits)?.threshold ?? 0;
    let following = null;
    for (const tier of tiers) {
        if (
            roundHalfUp(tier.threshold, digits) > reached &&
            (following === null || tier.threshold < following.threshold)
        ) {
            following = tier;
        }
    }
    if (following === null) {
        return { next_tier: null, missing: 0, percent: 100 };
    }
    const span = following.threshold - floor;
    return {
        next_tier: following,
        missing: roundHalfUp(following.threshold - reached, digits),
        percent: roundHalfUp(((reached - floor) / span) * 100, 1),
    };
}

export function lineDiscount(line, percent) {
    const inForce = roundHalfUp(line.discount);
    const granted = roundHalfUp(line.tier_discount);
    const fromTier = granted > 0 && inForce === granted;
    const manual = fromTier ? line.manual_discount : line.discount;
    const capped = roundHalfUp(Math.min(Math.max(percent, 0), 100));
    if (line.excluded || capped <= 0 || capped <= roundHalfUp(manual)) {
        return { discount: manual, tier_discount: 0, manual_discount: 0 };
    }
    return { discount: capped, tier_discount: capped, manual_discount: manual };
}

export function orderDiscounts(lines, percent) {
    const changes = {};
    lines.forEach((line, index) => {
        const values = lineDiscount(line, percent);
        if (Object.keys(values).some((key) => values[key] !== line[key])) {
            changes[index] = values;
        }
    });
    return changes;
}

function isoDay(milliseconds) {
    return new Date(milliseconds).toISOString().slice(0, 10);
}
