// Profiles of devices by their ids. A version never changes, so each is asked for once.
import { api, must, type DeviceProfile } from "./client";

const known = new Map<string, Promise<DeviceProfile | null>>();

/** Null where it can't be had. */
export function deviceProfile(id: string): Promise<DeviceProfile | null> {
  const kept = known.get(id);
  if (kept) return kept;
  const asked = must(api.GET("/api/v1/device-profiles/{deviceProfileId}", { params: { path: { deviceProfileId: id } } }));
  const found = asked.catch(() => {
    known.delete(id);
    return null;
  });
  known.set(id, found);
  return found;
}
