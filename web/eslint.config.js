// What is linted: TypeScript and Svelte, by their own recommended rules.
import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import config from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/schema.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig: config, extraFileExtensions: [".svelte"] } },
    rules: {
      // Inline styles are refused by the page's policy, and the browser's test hears of it; this rule
      // would refuse `style:x={..}`, too, which the policy allows.
      "svelte/no-inline-styles": "off",
      "svelte/no-at-html-tags": "error",
      "svelte/no-navigation-without-resolve": "off", // our routes are fragments
      "svelte/prefer-svelte-reactivity": "off", // maps are replaced whole ($state.raw), never changed in place
    },
  },
);
