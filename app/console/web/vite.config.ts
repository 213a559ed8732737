import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { bordersOfTheWorld } from "./borders";

// Where the platform answers while the console is developed (`make console-dev`).
const platform = process.env["HOLDFAST_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/console/",
  plugins: [svelte(), bordersOfTheWorld()],
  build: {
    outDir: "../built",
    emptyOutDir: true,
    target: "baseline-widely-available",
    assetsInlineLimit: 0, // the policy takes no data: for scripts or styles
    modulePreload: { polyfill: false }, // it would be an inline script
    reportCompressedSize: false,
    license: true, // what is in the bundle, with its licences
  },
  server: { proxy: { "/api": { target: platform, ws: true }, "/health": platform } },
});
