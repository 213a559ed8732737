// What things are called that others name by their ids: each is asked for once, and kept for a while.
import { api } from "./client";

const KEPT_MS = 60_000;
const known = new Map<string, { at: number; name: Promise<string | null> }>();

const LOOK = {
  DEVICE: async (id: string) => (await api.GET("/api/v1/devices/{deviceId}", { params: { path: { deviceId: id } } })).data?.name,
  DEVICE_GROUP: async (id: string) => (await api.GET("/api/v1/device-groups/{groupId}", { params: { path: { groupId: id } } })).data?.name,
  SITE: async (id: string) => (await api.GET("/api/v1/sites/{siteId}", { params: { path: { siteId: id } } })).data?.name,
  SENSOR: async (id: string) => (await api.GET("/api/v1/sensors/{sensorId}", { params: { path: { sensorId: id } } })).data?.name,
  /** Many are called the same: its name behind its device's. */
  OWNED_SENSOR: async (id: string) => {
    const sensor = (await api.GET("/api/v1/sensors/{sensorId}", { params: { path: { sensorId: id } } })).data;
    const device = sensor && (await nameOf("DEVICE", sensor.deviceId));
    return sensor && (device ? `${device} ${sensor.name}` : sensor.name);
  },
  COMPONENT: async (id: string) => (await api.GET("/api/v1/components/{componentId}", { params: { path: { componentId: id } } })).data?.key,
  DEVICE_PROFILE: async (id: string) => versioned((await api.GET("/api/v1/device-profiles/{deviceProfileId}", { params: { path: { deviceProfileId: id } } })).data),
  SENSOR_PROFILE: async (id: string) => versioned((await api.GET("/api/v1/sensor-profiles/{sensorProfileId}", { params: { path: { sensorProfileId: id } } })).data),
};
export type Kind = keyof typeof LOOK;

const versioned = (profile: { name: string; version: string } | undefined) => profile && `${profile.name} ${profile.version}`;

/** Null where it isn't there any more. */
export function nameOf(kind: Kind, id: string): Promise<string | null> {
  const key = `${kind} ${id}`;
  const kept = known.get(key);
  if (kept && Date.now() - kept.at < KEPT_MS) return kept.name;
  const name: Promise<string | null> = LOOK[kind](id).then(
    (found) => found ?? null,
    () => (known.delete(key), null),
  );
  known.set(key, { at: Date.now(), name });
  return name;
}
