import { fileURLToPath } from "node:url"
import tailwind from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** Where `npm run dev` finds the platform: the address that `aos up` prints. */
const gateway = process.env.AOS_URL ?? "http://127.0.0.1:8080"

export default defineConfig({
  plugins: [react(), tailwind()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Nothing inline: the content security policy allows files of this origin only.
  build: { assetsInlineLimit: 0, sourcemap: false, modulePreload: { polyfill: false } },
  // The guide, the help and the glossary are files of the repository.
  server: { fs: { allow: [".."] }, proxy: { "/api": { target: gateway, ws: true }, "/.well-known": gateway } },
  test: {
    pool: "vmThreads", // a window per worker in place of one per file: a third of the time
    css: true,
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
})
