import { KeepLast } from "@web/core/utils/concurrency";

/** Of several answers only that of the last question counts. */
export function useKeepLast() {
    const keepLast = new KeepLast();
    return (promise) => keepLast.add(promise);
}
