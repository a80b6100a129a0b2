import { defineConfig } from "vite";

// Everything is served by the agent's page process from its own origin; the page must work with no network at all.
export default defineConfig({
  base: "/",
  build: {
    target: "es2022",
    // What is in the bundle and under which licences, so that the page can show it.
    license: { fileName: "third-party-notices.md" },
    // A data: address would need a wider content security policy than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1" },
});
