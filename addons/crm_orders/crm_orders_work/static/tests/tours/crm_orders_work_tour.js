import { registry } from "@web/core/registry";

const card = ".o_work_card:contains(Aino)";
const sent = ".o_work_status:contains(All is sent)";

registry.category("web_tour.tours").add("crm_orders_work_courier", {
    steps: () => [
        {
            content: "what is free is shown as long as nothing is mine",
            trigger: ".o_work_tabs .active:contains('Free (1)')",
        },
        { content: "take it", trigger: `${card} .o_work_take`, run: "click" },
        {
            content: "it is mine",
            trigger: ".o_work_tabs .active:contains('Mine (1)')",
        },
        {
            content: "what is to be done is told",
            trigger: `${card} .o_work_unmet:contains(Loaded into the van)`,
        },
        {
            content: "the customer can be called",
            trigger: `${card} a[href='tel:+358401234567']`,
        },
        {
            content: "it cannot be moved on yet; tick it off",
            trigger: `${card}:has(.o_work_next:disabled) .o_work_check input`,
            run: "click",
        },
        {
            content: "let the customer sign",
            trigger: `${card} .o_work_button:contains(Signature)`,
            run: "click",
        },
        {
            content: "draw",
            trigger: ".o_work_pad",
            async run({ anchor }) {
                const { left, top } = anchor.getBoundingClientRect();
                const options = (x, y, buttons) => ({
                    bubbles: true,
                    cancelable: true,
                    button: 0,
                    buttons,
                    isPrimary: true,
                    pointerId: 1,
                    pointerType: "touch",
                    clientX: left + x,
                    clientY: top + y,
                });
                const events = [
                    [anchor, "pointerdown", 20, 20, 1],
                    [window, "pointermove", 120, 60, 1],
                    [window, "pointermove", 180, 20, 1],
                    [window, "pointerup", 180, 20, 0],
                ];
                for (const [target, name, x, y, buttons] of events) {
                    target.dispatchEvent(
                        new PointerEvent(name, options(x, y, buttons))
                    );
                }
            },
        },
        {
            content: "save the signature",
            trigger: ".o_work_sheet .o_work_main:not(:disabled)",
            run: "click",
        },
        { content: "all is sent", trigger: sent },
        {
            content: "move it on",
            trigger: `${card} .o_work_next:not(:disabled):contains(Ready)`,
            run: "click",
        },
        {
            content: "somebody else takes it from there",
            trigger: ".o_work_tabs:contains('Free (1)')",
        },
        { content: "all is sent", trigger: sent },
    ],
});
