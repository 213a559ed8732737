// The borders of the world for the map, made when the console is built. The data is made for globes:
// on a plane a country that reaches over the antimeridian would run across the whole map, so it is
// cut there. Two decimals are about a kilometre.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { merge, mesh } from "topojson-client";
import type { Plugin } from "vite";

const NAME = "virtual:borders";
const FILE = "borders.json";
const CLOSE_DEGREES = 0.03; // about three kilometres

function borders(): string {
  const path = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  const world = JSON.parse(readFileSync(path, "utf8"));
  const plane = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
  // Each border once, and each coast once: neighbours share them.
  const land = geoProject(merge(world, world.objects.countries.geometries), plane);
  const between = geoProject(mesh(world, world.objects.countries, (one, other) => one !== other), plane);
  const features = [land, between].map((each) => ({ type: "Feature", properties: {}, geometry: turned(each) }));
  return JSON.stringify({ type: "FeatureCollection", features });
}

/** A projection's y grows downwards, a latitude upwards. */
function turned(geometry: any): any {
  const isPoint = (of: any) => typeof of[0] === "number";
  const turn = (of: any): any =>
    isPoint(of[0]) ? thinned(of.map(([x, y]: number[]) => [round(x!), round(-y!)])) : of.map(turn);
  return { type: geometry.type, coordinates: turn(geometry.coordinates) };
}

/** Without points that are close to the one before them; the ends stay. */
function thinned(line: number[][]): number[][] {
  let kept = line[0]!;
  return line.filter((point, place) => {
    const isFar = Math.hypot(point[0]! - kept[0]!, point[1]! - kept[1]!) >= CLOSE_DEGREES;
    if (isFar) kept = point;
    return isFar || place === 0 || place === line.length - 1;
  });
}

const round = (degrees: number) => Math.round(degrees * 100) / 100;

/** `import url from "virtual:borders"`: the address of a GeoJSON collection: land, and the lines between countries. */
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
