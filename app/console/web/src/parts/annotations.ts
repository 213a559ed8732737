// What annotations are about, and when, for charts, forms and lists of them.
import { api, must, type Annotation } from "../api/client";

export type ScopeType = Annotation["scopeType"];

/** Something that can be annotated. */
export interface Scope {
  type: ScopeType;
  id: string;
  name: string;
}

const MOST = 200;

/** Those about any of these, that overlap the range (seconds since 1970); the latest first. */
export async function annotationsOf(scopeId: string[], [from, to]: readonly [number, number]): Promise<Annotation[]> {
  if (!scopeId.length) return [];
  const query = { scopeId, from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString(), limit: MOST };
  return (await must(api.GET("/api/v1/annotations", { params: { query } }))).items;
}

/** What it is about, by name; empty for what is gone. */
export async function nameOf(type: ScopeType, id: string): Promise<string> {
  const asked =
    type === "SENSOR" ? api.GET("/api/v1/sensors/{sensorId}", { params: { path: { sensorId: id } } })
    : type === "DEVICE" ? api.GET("/api/v1/devices/{deviceId}", { params: { path: { deviceId: id } } })
    : type === "SITE" ? api.GET("/api/v1/sites/{siteId}", { params: { path: { siteId: id } } })
    : api.GET("/api/v1/components/{componentId}", { params: { path: { componentId: id } } });
  return (await asked).data?.name ?? "";
}

/** As an input of type datetime-local has it, in the browser's zone. */
export function localTime(at: string | number): string {
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Of what a rule or a job found the note alone is people's. */
export const isFound = (annotation: Annotation) => annotation.source === "RULE" || annotation.source === "JOB";
