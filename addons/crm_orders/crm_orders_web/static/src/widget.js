/* A contact form for any website. It needs nothing of the page, sets no cookie, and its
   shadow root keeps the page's styles out. See README.rst for the attributes. */
(() => {
    const script = document.currentScript;
    if (window.AsiakaskuntaWidget || !script) {
        return;
    }
    const KEY = script.dataset.key;
    const BASE = new URL(".", script.src).href;
    const STORE = "asiakaskunta.visits";
    const KEPT_DAYS = 90;
    const CONFIG_DELAYS = [2, 5, 15, 60];
    const SEND_DELAYS = [1, 3, 8];
    const PATIENCE = 20000;
    const UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];
    const CLICKS = ["gclid", "fbclid", "msclkid"];
    const STYLE = `
:host{all:initial!important;display:block!important;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif!important;color:#1c2430!important;text-align:start!important}
:host([data-floating]){position:fixed!important;inset:auto 0 0 auto!important;z-index:2147483000!important}
*{box-sizing:border-box;margin:0}
[hidden]{display:none!important}
h2{font-size:1.35rem;line-height:1.25;margin:0 0 .6rem}
.intro,.thanks{white-space:pre-line;margin:0 0 1rem}
.row{margin:0 0 1rem}
.legend{color:#5a6472;font-size:.875rem;margin:0 0 .8rem}
.must{color:#b3261e}
.row>label{display:block;font-weight:600;margin:0 0 .3rem}
.box>label{display:inline;font-weight:400}
.box input{width:1.2rem;height:1.2rem;margin:0 .5rem 0 0;vertical-align:-.2rem;accent-color:var(--color)}
small{color:#5a6472;font-weight:400;font-size:.875rem}
.line{display:block;width:100%;font:inherit;color:inherit;padding:.6rem .7rem;border:1px solid #8792a2;border-radius:6px;background:#fff}
textarea.line{min-height:7.5rem;resize:vertical}
.wrong .line{border:2px solid #b3261e}
.problem{color:#b3261e;font-size:.9375rem;margin:.25rem 0 0}
.message{border-left:4px solid #b3261e;background:#fdeceb;padding:.7rem 1rem;margin:0 0 1rem}
.message.calm{border-color:#8a6100;background:#fff4dc}
button{font:inherit;font-weight:600;min-height:3rem;padding:.6rem 1.6rem;border:0;border-radius:6px;color:var(--ink);background:var(--color);cursor:pointer}
button:disabled{opacity:.65;cursor:default}
button.plain{color:inherit;background:none;padding:.3rem;min-height:0;text-decoration:underline;font-weight:400}
a{color:inherit}
:focus-visible{outline:3px solid var(--color);outline-offset:2px}
.launch{margin:0 1.25rem 1.25rem;border-radius:2rem;box-shadow:0 3px 14px #0f1c3055}
.panel{position:fixed;right:1.25rem;bottom:1.25rem;width:25rem;max-height:calc(100vh - 2.5rem);max-height:calc(100dvh - 2.5rem);overflow:auto;padding:1.5rem;background:#fff;border-radius:12px;box-shadow:0 6px 32px #0f1c3044;overscroll-behavior:contain}
.close{position:absolute;top:.75rem;right:.75rem;width:2.75rem;height:2.75rem;min-height:0;padding:0;color:#1c2430;background:none;font-size:1.6rem;line-height:1}
.panel h2{padding-right:2.5rem}
@media (max-width:34rem){.panel{inset:auto 0 0 0;width:auto;border-radius:12px 12px 0 0;max-height:92vh;max-height:92dvh}}
.trap{position:absolute;left:-10000px;width:1px;height:1px;overflow:hidden}
@media (prefers-reduced-motion:no-preference){.panel{animation:up .15s ease-out}@keyframes up{from{transform:translateY(1rem);opacity:0}}}
`;

    // --- where the visitor came from ---

    let consented = null;
    let remembered = null;

    const store = {
        // Blocked storage throws on the slightest touch.
        read() {
            try {
                return JSON.parse(window.localStorage.getItem(STORE));
            } catch {
                return null;
            }
        },
        write(value) {
            try {
                if (value) {
                    window.localStorage.setItem(STORE, JSON.stringify(value));
                } else {
                    window.localStorage.removeItem(STORE);
                }
            } catch {
                return false;
            }
            return true;
        },
    };

    function currentCampaign() {
        const query = new URLSearchParams(window.location.search);
        const found = {};
        for (const name of UTM) {
            if (query.get(name)) {
                found[name] = query.get(name).slice(0, 120);
            }
        }
        return found;
    }

    function currentTouch() {
        const query = new URLSearchParams(window.location.search);
        const touch = currentCampaign();
        for (const name of CLICKS) {
            if (query.get(name)) {
                touch[name] = query.get(name).slice(0, 200);
            }
        }
        if (
            document.referrer &&
            !document.referrer.startsWith(`${window.location.origin}/`)
        ) {
            touch.referrer = document.referrer.slice(0, 500);
        }
        touch.landing = (window.location.origin + window.location.pathname).slice(
            0,
            500
        );
        touch.time = new Date().toISOString();
        return touch;
    }

    function isNews(touch) {
        return [...UTM, ...CLICKS, "referrer"].some((name) => touch[name]);
    }

    function consent(granted) {
        consented = Boolean(granted);
        if (!consented) {
            remembered = null;
            store.write(null);
            return;
        }
        const before = store.read();
        const oldest = Date.now() - KEPT_DAYS * 86400000;
        const touch = currentTouch();
        const isKnown = before?.first && Date.parse(before.first.time) > oldest;
        remembered = isKnown ? before : { first: touch, last: touch };
        // Going on within the site is not another visit.
        if (isKnown && isNews(touch)) {
            remembered.last = touch;
        }
        store.write(remembered);
    }

    function visit() {
        if (consented) {
            return remembered;
        }
        const now = currentCampaign();
        return Object.keys(now).length ? { now } : {};
    }

    // --- talking to the server ---

    const wait = (seconds) =>
        new Promise((resolve) => {
            const done = () => {
                window.removeEventListener("online", done);
                clearTimeout(timer);
                resolve();
            };
            const timer = setTimeout(done, seconds * 1000);
            window.addEventListener("online", done);
        });

    function language() {
        return (
            script.dataset.lang ||
            document.documentElement.lang ||
            navigator.language ||
            ""
        );
    }

    async function call(path, options = {}) {
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort(), PATIENCE);
        try {
            const url = `${BASE}form/${encodeURIComponent(KEY)}${path}`;
            const answer = await fetch(
                `${url}?lang=${encodeURIComponent(language())}`,
                {
                    credentials: "omit",
                    mode: "cors",
                    cache: "no-store",
                    signal: stop.signal,
                    ...options,
                }
            );
            let data = null;
            try {
                data = await answer.json();
            } catch {
                // An answer of a proxy in between.
            }
            return {
                status: answer.status,
                data,
                after: answer.headers.get("Retry-After"),
            };
        } catch {
            return { status: 0, data: null, after: null };
        } finally {
            clearTimeout(timer);
        }
    }

    const mayPass = (status) => status === 0 || status === 429 || status >= 500;

    async function fetchConfig() {
        for (let attempt = 0; ; attempt++) {
            const { status, data } = await call("/config");
            if (status === 200 && data) {
                return data;
            }
            if (!mayPass(status) || attempt === CONFIG_DELAYS.length) {
                console.warn(
                    `Asiakaskunta: the form was not loaded (${status}). ${data?.error?.message || ""}`
                );
                return null;
            }
            await wait(CONFIG_DELAYS[attempt]);
        }
    }

    function makeId() {
        if (window.crypto?.randomUUID) {
            return crypto.randomUUID();
        }
        // Pages without TLS have no randomUUID.
        return [...crypto.getRandomValues(new Uint8Array(16))]
            .map((byte) => byte.toString(16).padStart(2, "0"))
            .join("");
    }

    // --- captchas ---

    const libraries = {};

    function load(url) {
        libraries[url] ??= new Promise((resolve, reject) => {
            const element = document.createElement("script");
            element.src = url;
            element.onload = resolve;
            element.onerror = reject;
            document.head.append(element);
        });
        return libraries[url];
    }

    const timeLimit = (promise, seconds) =>
        Promise.race([
            promise,
            new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
        ]);

    // What goes wrong here is for the server to judge; it never turns a visitor away.
    async function solveCaptcha(config, host) {
        const solved = {};
        const { recaptcha, turnstile } = config.captcha;
        try {
            if (recaptcha) {
                const key = encodeURIComponent(recaptcha);
                await timeLimit(
                    load(`https://www.recaptcha.net/recaptcha/api.js?render=${key}`),
                    8
                );
                await timeLimit(
                    new Promise((resolve) => window.grecaptcha.ready(resolve)),
                    5
                );
                solved.recaptcha_token_response = await timeLimit(
                    window.grecaptcha.execute(recaptcha, { action: "crm_orders_web" }),
                    8
                );
            }
            if (turnstile) {
                const url =
                    "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
                await timeLimit(load(url), 8);
                const place = document.createElement("div");
                place.slot = "captcha";
                host.append(place);
                solved.turnstile_captcha = await timeLimit(
                    new Promise((resolve) =>
                        window.turnstile.render(place, {
                            sitekey: turnstile,
                            action: "crm_orders_web",
                            callback: resolve,
                            "error-callback": () => resolve(""),
                        })
                    ),
                    30
                );
                place.remove();
            }
        } catch {
            return solved;
        }
        return solved;
    }

    // --- the form ---

    function make(tag, attributes = {}, ...children) {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) {
            if (value === true) {
                element.setAttribute(name, "");
            } else if (value !== false && value != null) {
                element.setAttribute(name, value);
            }
        }
        element.append(...children);
        return element;
    }

    function dress(root, config) {
        try {
            // Not subject to the page's Content-Security-Policy for styles.
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(STYLE);
            root.adoptedStyleSheets = [sheet];
        } catch {
            root.append(make("style", {}, STYLE));
        }
        root.host.style.setProperty("--color", config.color);
        root.host.style.setProperty("--ink", config.ink);
        root.host.lang = config.lang;
    }

    /** A star for the eye; screen readers hear of it from the field itself. */
    function mark(label, field) {
        if (field.required) {
            label.append(" ", make("b", { class: "must", "aria-hidden": "true" }, "*"));
        }
        return label;
    }

    function makeField(field, config) {
        const id = `f-${field.name}`;
        const described = [field.hint && `${id}-hint`, `${id}-problem`]
            .filter(Boolean)
            .join(" ");
        const common = {
            id,
            name: field.name,
            "aria-describedby": described,
            "aria-required": field.required ? "true" : null,
        };
        const row = make("div", { class: "row" });
        let input;
        if (field.entry === "box") {
            row.classList.add("box");
            input = make("input", { ...common, type: "checkbox", value: "x" });
            row.append(input, mark(make("label", { for: id }, field.label), field));
        } else {
            const label = mark(make("label", { for: id }, field.label), field);
            if (field.note) {
                label.append(" ", make("small", {}, `(${field.note})`));
            }
            if (field.entry === "lines") {
                input = make("textarea", { ...common, class: "line", rows: 4 });
            } else if (field.entry === "choice") {
                input = make("select", { ...common, class: "line" });
                input.append(make("option", { value: "" }, config.texts.choose));
                input.append(
                    ...field.choices.map((choice) => make("option", {}, choice))
                );
            } else {
                input = make("input", {
                    ...common,
                    class: "line",
                    type: ["email", "tel"].includes(field.entry) ? field.entry : "text",
                    autocomplete: field.autofill,
                });
            }
            if (field.entry !== "choice") {
                input.maxLength = field.limit;
            }
            row.append(label, input);
        }
        if (field.hint) {
            row.append(make("small", { id: `${id}-hint` }, field.hint));
        }
        row.append(make("p", { id: `${id}-problem`, class: "problem", hidden: true }));
        return { row, input };
    }

    function makeForm(root, config, finish) {
        const { texts } = config;
        const inputs = new Map();
        const form = make("form", { novalidate: true });
        const message = make("p", {
            class: "message",
            role: "alert",
            tabindex: "-1",
            hidden: true,
        });
        form.append(message);
        if (config.has_must) {
            form.append(make("p", { class: "legend" }, texts.must));
        }
        for (const field of config.fields) {
            const { row, input } = makeField(field, config);
            inputs.set(field.name, input);
            form.append(row);
        }
        if (config.consent) {
            const row = make("div", { class: "row box" });
            const input = make("input", {
                id: "f-consent",
                type: "checkbox",
                value: config.consent,
                "aria-describedby": "f-consent-problem",
            });
            const label = make("label", { for: "f-consent" }, texts.consent);
            row.append(input, mark(label, { required: true }));
            if (config.privacy_url) {
                const link = {
                    href: config.privacy_url,
                    target: "_blank",
                    rel: "noopener",
                };
                row.append(" ", make("a", link, texts.privacy));
            }
            row.append(
                make("p", { id: "f-consent-problem", class: "problem", hidden: true })
            );
            inputs.set("form_consent", input);
            form.append(row);
        }
        const trap = make("input", {
            id: "f-fax",
            tabindex: "-1",
            autocomplete: "off",
        });
        form.append(
            make(
                "div",
                { class: "trap", "aria-hidden": "true" },
                make("label", { for: "f-fax" }, texts.trap),
                trap
            ),
            make("slot", { name: "captcha" })
        );
        const button = make("button", { type: "submit" }, texts.send);
        form.append(button);

        let id = makeId();
        let sentText = null;
        let busy = false;

        function say(text, calm = false) {
            message.textContent = text;
            message.hidden = !text;
            message.classList.toggle("calm", calm);
        }

        function show(problems) {
            let first = null;
            for (const [name, input] of inputs) {
                const row = input.parentElement;
                const place = row.querySelector(".problem");
                const problem = problems[name] || "";
                row.classList.toggle("wrong", Boolean(problem));
                place.textContent = problem;
                place.hidden = !problem;
                input.setAttribute("aria-invalid", problem ? "true" : "false");
                first ??= problem ? input : null;
            }
            return first;
        }

        function check() {
            const problems = {};
            for (const field of config.fields) {
                const input = inputs.get(field.name);
                const text =
                    field.entry === "box" ? input.checked && "x" : input.value.trim();
                if (!text) {
                    if (field.required) {
                        problems[field.name] = texts.required;
                    }
                } else if (
                    field.entry === "email" &&
                    !/^\S+@[^\s@.]+(\.[^\s@.]+)+$/.test(text)
                ) {
                    problems[field.name] = texts.email;
                } else if (
                    field.entry === "tel" &&
                    text.replace(/\D/g, "").length < 5
                ) {
                    problems[field.name] = texts.phone;
                }
            }
            const contacts = ["email", "phone"].filter((name) => inputs.has(name));
            if (!contacts.some((name) => inputs.get(name).value.trim())) {
                for (const name of contacts) {
                    problems[name] ??= texts.contact;
                }
            }
            if (config.consent && !inputs.get("form_consent").checked) {
                problems.form_consent = texts.needs_consent;
            }
            return problems;
        }

        function collect() {
            const values = {};
            for (const [name, input] of inputs) {
                if (input.type !== "checkbox") {
                    values[name] = input.value;
                } else if (input.checked) {
                    values[name] = input.value;
                }
            }
            return values;
        }

        function complain(problems, text = texts.correct) {
            const first = show(problems);
            say(text);
            (first || message).focus();
        }

        async function send() {
            const problems = check();
            if (Object.keys(problems).length) {
                return complain(problems);
            }
            show({});
            say("");
            const values = collect();
            const text = JSON.stringify(values);
            if (sentText !== null && sentText !== text) {
                // The server may have taken what was written before: this is another one.
                id = makeId();
            }
            sentText = text;
            const body = JSON.stringify({
                ...values,
                ...(await solveCaptcha(config, root.host)),
                form_id: id,
                form_ticket: config.ticket,
                form_lang: config.lang,
                form_visit: visit(),
                fax_number: trap.value,
            });
            for (let attempt = 0; ; attempt++) {
                const answer = await call("", {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body,
                });
                if (answer.status === 202) {
                    return succeed(answer.data);
                }
                if (answer.data?.error?.fields) {
                    sentText = null;
                    return complain(
                        answer.data.error.fields,
                        answer.data.error.message
                    );
                }
                if (!mayPass(answer.status) || attempt === SEND_DELAYS.length) {
                    say(texts.failed);
                    return message.focus();
                }
                say(answer.status === 429 ? texts.busy : texts.waiting, true);
                await wait(Math.min(Number(answer.after) || SEND_DELAYS[attempt], 60));
            }
        }

        function succeed(data) {
            id = makeId();
            sentText = null;
            form.reset();
            say("");
            window.dispatchEvent(
                new CustomEvent("asiakaskunta:sent", { detail: { key: KEY } })
            );
            if (data?.redirect && /^https?:/.test(data.redirect)) {
                window.location.assign(data.redirect);
            }
            finish();
        }

        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            if (busy) {
                return;
            }
            busy = true;
            button.disabled = true;
            button.textContent = texts.sending;
            for (const input of inputs.values()) {
                input.readOnly = true;
            }
            try {
                await send();
            } finally {
                busy = false;
                button.disabled = false;
                button.textContent = texts.send;
                for (const input of inputs.values()) {
                    input.readOnly = false;
                }
            }
        });
        return form;
    }

    function fill(root, config, place) {
        const { texts } = config;
        const title = make("h2", { id: "title" }, texts.title);
        const intro = config.intro ? [make("p", { class: "intro" }, config.intro)] : [];
        const thanks = make("p", { class: "thanks", role: "status", tabindex: "-1" });
        const again = make(
            "button",
            { type: "button", class: "plain", hidden: true },
            texts.again
        );
        const form = makeForm(root, config, () => {
            form.hidden = true;
            again.hidden = false;
            thanks.textContent = texts.thanks;
            thanks.focus();
        });
        again.addEventListener("click", () => {
            form.hidden = false;
            again.hidden = true;
            thanks.textContent = "";
            form.querySelector("input,textarea,select").focus();
        });
        place.append(title, ...intro, thanks, form, again);
        return form;
    }

    // --- where it is shown ---

    let floating = null;

    function mountInline(element, config) {
        const host = make("div");
        const root = host.attachShadow({ mode: "open" });
        // What stands in the element is for those without scripts.
        element.replaceChildren(host);
        dress(root, config);
        fill(root, config, root);
    }

    function mountFloating(config) {
        const host = make("div", { "data-floating": "" });
        const root = host.attachShadow({ mode: "open" });
        dress(root, config);
        const launch = make(
            "button",
            {
                type: "button",
                class: "launch",
                "aria-haspopup": "dialog",
                "aria-expanded": "false",
            },
            config.texts.title
        );
        const panel = make("div", {
            class: "panel",
            role: "dialog",
            "aria-labelledby": "title",
            hidden: true,
        });
        const close = make(
            "button",
            { type: "button", class: "close", "aria-label": config.texts.close },
            "\u00d7"
        );
        panel.append(close);
        const form = fill(root, config, panel);
        root.append(launch, panel);
        const toggle = (open) => {
            panel.hidden = !open;
            launch.hidden = open;
            launch.setAttribute("aria-expanded", String(open));
            (open ? form.querySelector("input,textarea,select") : launch).focus();
        };
        launch.addEventListener("click", () => toggle(true));
        close.addEventListener("click", () => toggle(false));
        panel.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                toggle(false);
            }
        });
        document.body.append(host);
        return { open: () => toggle(true), close: () => toggle(false) };
    }

    async function start() {
        const config = await fetchConfig();
        if (!config) {
            return;
        }
        const places = [...document.querySelectorAll("[data-asiakaskunta]")].filter(
            (place) => place.dataset.asiakaskunta === KEY
        );
        for (const place of places) {
            mountInline(place, config);
        }
        if (!places.length && script.dataset.button !== "none") {
            floating = mountFloating(config);
        }
        api.mount = (element) => mountInline(element, config);
        window.dispatchEvent(
            new CustomEvent("asiakaskunta:ready", { detail: { key: KEY } })
        );
    }

    const api = {
        consent,
        open: () => floating?.open(),
        close: () => floating?.close(),
        mount: () => undefined,
    };
    window.AsiakaskuntaWidget = api;
    if (["true", "granted", "1"].includes(script.dataset.consent)) {
        consent(true);
    }
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", start);
    } else {
        start();
    }
})();
