// The borders of the world for the map, made when the console is built. The data is made for globes:
// on a plane a country that reaches over the antimeridian would run across the whole map, so it is
// cut there. Two decimals are about a kilometre.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature } from "topojson-client";
import type { Plugin } from "vite";

const NAME = "virtual:borders";
const FILE = "borders.json";

function borders(): string {
  const path = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  const world = JSON.parse(readFileSync(path, "utf8"));
  const countries = feature(world, world.objects.countries);
  const plane = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
  const cut = geoProject(countries, plane);
  const lines = { type: "GeometryCollection", geometries: cut.features.map((each: any) => turned(each.geometry)) };
  return JSON.stringify(lines);
}

/** A projection's y grows downwards, a latitude upwards. */
function turned(geometry: any): any {
  const turn = (of: any): any => (typeof of[0] === "number" ? [round(of[0]), round(-of[1])] : of.map(turn));
  return { type: geometry.type, coordinates: turn(geometry.coordinates) };
}

const round = (degrees: number) => Math.round(degrees * 100) / 100;

/** `import url from "virtual:borders"`: the address of a GeoJSON geometry. */
export function bordersOfTheWorld(): Plugin {
  let isBuild = false;
  return {
    name: "borders",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      if (!isBuild) return `export default "/console/${FILE}";`;
      const file = this.emitFile({ type: "asset", name: FILE, source: borders() });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
    configureServer(server) {
      server.middlewares.use(`/console/${FILE}`, (_, answer) => {
        answer.setHeader("Content-Type", "application/json");
        answer.end(borders());
      });
    },
  };
}
