import { registry } from "@web/core/registry";

function check(result, text) {
    return {
        content: `a check is ${result}: ${text}`,
        trigger: `.o_health_check[data-result=${result}]:contains("${text}")`,
    };
}

const openCheck = [
    {
        content: "open the service",
        trigger: ".o_data_cell:contains('Till 1')",
        run: "click",
    },
    {
        content: "check its devices",
        trigger: ".o_form_view button[name=action_check]",
        run: "click",
    },
];

registry.category("web_tour.tours").add("retail_pos_hardware_health", {
    steps: () => [
        ...openCheck,
        check("ok", "This computer reaches the service"),
        check("ok", "Printer receipt"),
        check("ok", "Printer kitchen"),
        {
            content: "all is well",
            trigger: ".alert-success:contains('Everything works')",
        },
        {
            content: "print a test page",
            trigger: ".card:contains(receipt) button:contains('Print Test Page')",
            run: "click",
        },
        check("ok", "Test page on receipt"),
        {
            content: "open the drawer",
            trigger:
                ".card:contains(receipt) button:contains('Open Cash Drawer'):enabled",
            run: "click",
        },
        check("ok", "Cash drawer of receipt opens"),
        {
            content: "the kitchen has no drawer",
            trigger: ".card:contains(kitchen):not(:contains('Open Cash Drawer'))",
        },
    ],
});

registry.category("web_tour.tours").add("retail_pos_hardware_health_trouble", {
    steps: () => [
        ...openCheck,
        check("failed", "Printer receipt"),
        check("failed", "The printer is out of paper. Put in a new roll."),
        {
            content: "a receipt that was not printed is listed",
            trigger: "li:contains('Print Again'):contains('out of paper')",
        },
        {
            content: "it is put away",
            trigger: "li:contains('Print Again') button:contains('Done'):enabled",
            run: "click",
        },
        {
            content: "the list is empty",
            trigger: "body:not(:contains('Receipts to look at'))",
        },
    ],
});

registry.category("web_tour.tours").add("retail_pos_hardware_health_refused", {
    steps: () => [
        ...openCheck,
        check("failed", "it does not accept this page"),
        check("failed", `--allow-origin ${window.location.origin}`),
    ],
});

registry.category("web_tour.tours").add("retail_pos_hardware_health_away", {
    steps: () => [
        ...openCheck,
        check("failed", "This computer does not reach the service"),
        check("failed", "Nothing answers at this address."),
        check("failed", "Start the device service on it"),
        {
            content: "check again",
            trigger: "button:contains('Check Again'):enabled",
            run: "click",
        },
        check("failed", "Nothing answers at this address."),
    ],
});
