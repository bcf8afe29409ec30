import globals from "globals";

export default [
    { ignores: ["**/static/lib/**", ".local/**"] },
    {
        files: ["addons/**/*.js", "tests/**/*.mjs"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
        rules: {
            "constructor-super": "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "getter-return": "error",
            "no-const-assign": "error",
            "no-dupe-class-members": "error",
            "no-dupe-keys": "error",
            "no-empty": "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-this-before-super": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": ["error", { caughtErrors: "none" }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
