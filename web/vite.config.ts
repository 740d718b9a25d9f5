// How the page is built: plain files under hashed names, nothing inlined (the page's policy forbids
// inline scripts and styles), nothing loaded from elsewhere.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// `npm run dev` speaks to a running service: CATENET_URL=http://127.0.0.1:8742
const service = process.env.CATENET_URL ?? "http://127.0.0.1:8742";

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": { target: service, ws: true, headers: { origin: service } } } },
});
