import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { existsSync, readFileSync } from "node:fs";
import { bordersOfTheWorld } from "./borders";

// Where the platform answers while the console is developed (`make console-dev`).
const platform = process.env["HOLDFAST_URL"] ?? "http://127.0.0.1:8080";

// Which release it is, where the sources are those of one.
const project = new URL("../../../pyproject.toml", import.meta.url);
const version = existsSync(project) ? /^version = "(.+)"$/m.exec(readFileSync(project, "utf8"))?.[1] : undefined;
if (version) process.env["VITE_VERSION"] = version;

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
