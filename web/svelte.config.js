// How svelte files are read: runes everywhere, TypeScript without a preprocessor of its own.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
