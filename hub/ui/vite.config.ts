import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Tells boot.js where the words of each language are, so that those that are wanted are on their way at once. */
const words: Plugin = {
  name: "words",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle }) {
      const told = Object.values(bundle ?? {}).flatMap((chunk) => {
        const language = chunk.type === "chunk" && /locales\/(\w+)\.json$/.exec(chunk.facadeModuleId ?? "")?.[1];
        return language ? [`data-${language}="/${chunk.fileName}"`] : [];
      });
      return html.replace('src="/boot.js"', ['src="/boot.js"', ...told].join(" "));
    },
  },
};

/** What the first page needs, from the entry on, without what is loaded later: of a library, what is asked for by name. */
const first = new Set<string>();
const LIBRARY = /\/@mantine\/core\/esm\/index\.mjs$/;
const NAMED = /import\s*\{([^}]*)\}\s*from\s*"@mantine\/core"/g;
const start: Plugin = {
  name: "start",
  apply: "build",
  buildEnd() {
    const follow = (id: string) => {
      const module = this.getModuleInfo(id);
      if (!module || first.has(id) || LIBRARY.test(id)) return;
      first.add(id);
      module.importedIds.forEach(follow);
      for (const [, names] of (module.code ?? "").matchAll(NAMED)) {
        for (const name of names!.split(",")) follow(parts.get(name.trim().split(" ")[0]!) ?? "");
      }
    };
    const ids = [...this.getModuleIds()];
    const parts = new Map(ids.filter((id) => id.includes("/@mantine/core/esm/")).map((id) => [id.replace(/^.*\/|\.mjs$/g, ""), id]));
    for (const id of ids) if (this.getModuleInfo(id)?.isEntry) follow(id);
  },
};

// Everything is served by the hub from its own origin; a page must work with no other network at all.
export default defineConfig({
  plugins: [react(), words, start],
  base: "/",
  build: {
    target: "es2022",
    // What is in the bundle and under which licences, so that the page can show it.
    license: { fileName: "third-party-notices.md" },
    // A data: address would need a wider content security policy than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // In one file: as the many pieces that later pages share, it would be forty requests.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "start", test: (id) => first.has(id) }] } } },
  },
  // The words of a language as one text: parsed much faster than a module of as many exports.
  json: { stringify: true, namedExports: false },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
});
