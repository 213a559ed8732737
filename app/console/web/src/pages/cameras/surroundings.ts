// What is known of a range around a camera: its footage, and what happened to what it sees.
import { api, must, type Alert, type Annotation, type Capture, type Sensor } from "../../api/client";
import { joined } from "../../media/spans";
import type { Curve } from "./Timeline.svelte";

const PIECE_MS = 6 * 3_600_000; // what the platform tells of at once
const SETTLED_MS = 5 * 60_000; // what is older doesn't change but by being deleted
const MOST = 200;
const POINTS = 500;

/** A range that holds what is shown and a little more, so that moving it asks for nothing new. */
export function around([from, to]: readonly [number, number]): [number, number] {
  const step = 2 ** Math.ceil(Math.log2(to - from)) / 2;
  return [Math.floor(from / step) * step, Math.ceil(to / step) * step];
}

/** Asks for footage; what is settled is asked for once. */
export function footageOf(cameraId: string): (from: number, to: number) => Promise<{ from: number; to: number }[]> {
  const settled = new Map<number, { from: number; to: number }[]>();

  async function piece(from: number): Promise<{ from: number; to: number }[]> {
    const known = settled.get(from);
    if (known) return known;
    const query = { from: new Date(from).toISOString(), to: new Date(from + PIECE_MS).toISOString() };
    const answer = await must(api.GET("/api/v1/cameras/{cameraId}/playback", { params: { path: { cameraId }, query } }));
    const found = answer.spans.map((each) => ({ from: Date.parse(each.from), to: Date.parse(each.to) }));
    if (from + PIECE_MS < Date.now() - SETTLED_MS) settled.set(from, found);
    return found;
  }

  return async (from, to) => {
    const begins: number[] = [];
    for (let at = Math.floor(from / PIECE_MS) * PIECE_MS; at < Math.min(to, Date.now()); at += PIECE_MS) begins.push(at);
    return joined((await Promise.all(begins.map(piece))).flat());
  };
}

export interface Happened {
  alerts: Alert[];
  annotations: Annotation[];
  captures: Capture[];
}

/** Alerts and annotations of a device, captures of a camera. */
export async function happened(cameraId: string, deviceId: string, from: number, to: number): Promise<Happened> {
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const [alerts, annotations, captures] = await Promise.all([
    must(api.GET("/api/v1/alerts", { params: { query: { deviceId, ...range, limit: MOST } } })),
    must(api.GET("/api/v1/annotations", { params: { query: { deviceId, ...range, limit: MOST } } })),
    must(api.GET("/api/v1/captures", { params: { query: { cameraId, limit: MOST } } })),
  ]);
  const isNear = (each: Capture) => Date.parse(each.to) > from && Date.parse(each.from) < to;
  return { alerts: alerts.items, annotations: annotations.items, captures: captures.items.filter(isNear) };
}

export async function curveOf(sensor: Sensor, from: number, to: number): Promise<Curve> {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), interval: "auto", points: POINTS, functions: ["avg" as const, "min" as const, "max" as const], fill: "null" as const };
  const { items } = await must(api.GET("/api/v1/readings/sensor/{sensorId}/aggregated", { params: { path: { sensorId: sensor.id }, query } }));
  return {
    label: sensor.name,
    unit: sensor.unit,
    at: items.map((each) => Date.parse(each.from)),
    mean: items.map((each) => each.avg ?? null),
    least: items.map((each) => each.min ?? null),
    most: items.map((each) => each.max ?? null),
  };
}
