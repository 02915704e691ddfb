import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While developing, a running service answers: MASKERAID_URL is where, MASKERAID_KEY whose key (else sign in as a user does).
const service = process.env.MASKERAID_URL ?? "http://127.0.0.1:8000";
const key = process.env.MASKERAID_KEY;
const proxied = {
  target: service,
  ...(key ? { headers: { Authorization: `Bearer ${key}` } } : {}),
};

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // with light-dark(), as Mantine sets it: what would replace it for older ones shows nothing
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
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
