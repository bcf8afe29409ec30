import { describe, expect, test } from "@odoo/hoot";
import * as engine from "@loyalty_tiers/engine";
import { globalCachedFetch } from "@web/../tests/_framework/module_set.hoot";

const FUNCTIONS = [
    "round_half_up",
    "window_start",
    "window_sum",
    "tier_for",
    "progress",
    "line_discount",
    "order_discounts",
];

/** Results as the vectors write them: a tier is its id. */
function plain(value) {
    if (value && typeof value === "object") {
        return "threshold" in value
            ? value.id
            : Object.fromEntries(
                  Object.entries(value).map(([key, item]) => [key, plain(item)])
              );
    }
    return value;
}

describe("vectors shared with the server", () => {
    for (const name of FUNCTIONS) {
        test(name, async () => {
            const url = `/loyalty_tiers/static/tests/vectors/${name}.json`;
            const response = await globalCachedFetch(url);
            const cases = await response.clone().json();
            const camelCase = name.replace(/_([a-z])/g, (_all, letter) =>
                letter.toUpperCase()
            );
            expect(cases.length).toBeGreaterThan(3);
            for (const { name: title, args, result } of cases) {
                expect(plain(engine[camelCase](...args))).toEqual(result, {
                    message: title,
                });
            }
        });
    }
});
