import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Everything is served by the hub from its own origin; a page must work with no other network at all.
export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    target: "es2022",
    // What is in the bundle and under which licences, so that the page can show it.
    license: { fileName: "third-party-notices.md" },
    // A data: address would need a wider content security policy than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
});
