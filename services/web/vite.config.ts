import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// While developing, a running service answers: MASKERAID_URL is where, MASKERAID_KEY whose key (else sign in as a user does).
const service = process.env.MASKERAID_URL ?? "http://127.0.0.1:8000";
const key = process.env.MASKERAID_KEY;
const proxied = {
  target: service,
  ...(key ? { headers: { Authorization: `Bearer ${key}` } } : {}),
};

/** Names in the page itself what its script imports next: fetched while the page is read, and by no script's work. */
const preloads: Plugin = {
  name: "preloads",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler: (html, { chunk, bundle = {} }) => {
      const found = new Set<string>();
      const add = (name: string): void => {
        const one = bundle[name];
        if (one?.type !== "chunk" || found.has(name)) return;
        found.add(name);
        one.imports.forEach(add);
      };
      chunk?.dynamicImports.forEach(add);
      return [...found]
        .filter((name) => !html.includes(name))
        .map((name) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `/${name}` },
          injectTo: "head",
        }));
    },
  },
};

export default defineConfig({
  plugins: [react(), preloads],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // with light-dark(), as Mantine sets it: what would replace it for older ones shows nothing
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\//, priority: 3 },
            {
              name: "data",
              test: /node_modules\/(react-router|@tanstack|openapi-)/,
              minShareCount: 2,
              priority: 2,
            },
            { name: "icons", test: /@tabler/, minShareCount: 2, priority: 2 },
            { name: "ui", test: /node_modules/, minShareCount: 4, priority: 1 },
            { name: "shared", test: /src\/(components|lib|texts)/, minShareCount: 4 },
          ],
        },
      },
    },
    license: { fileName: "licences.json" },
  },
  server: {
    proxy: {
      "/v1": proxied,
      "/readyz": proxied,
      "/problems": proxied,
      "/docs": proxied,
      "/openapi.json": proxied,
    },
  },
  test: { environment: "jsdom", setupFiles: ["src/testing/setup.ts"], globals: false, testTimeout: 30_000 },
});
