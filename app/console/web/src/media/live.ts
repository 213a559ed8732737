// A live session of one camera: kept alive while it is watched. Whoever only closes the page is
// taken for gone by the platform itself, soon after.
import { api, Failure, must } from "../api/client";
import { nearer } from "./gateway";
import { here } from "./here";

const OVER = [403, 404, 410];

export interface LiveSession {
  /** Of its playlist. */
  url: string;
  /** The camera's gateway serves it. */
  isNear: boolean;
  /** Where its pictures come from, in words. */
  way: string;
  end: () => void;
}

/** Throws a Failure. `onover` is called once, when the session has ended without our doing. Its
 * gateway is tried first, unless it failed before (`isAway`). */
export async function watchLive(cameraId: string, onover: () => void, isAway = false): Promise<LiveSession> {
  const found = await must(api.POST("/api/v1/cameras/{cameraId}/live", { params: { path: { cameraId } } }));
  const params = { path: { liveSessionId: found.id } };
  const timer = setInterval(async () => {
    try {
      await must(api.POST("/api/v1/live/{liveSessionId}/keep-alive", { params }));
    } catch (error) {
      if (!(error instanceof Failure) || !OVER.includes(error.status)) return;
      clearInterval(timer);
      onover();
    }
  }, found.keepAliveSeconds * 1000);
  const near = isAway ? { url: null, way: "Through the platform: the gateway's stream ended." } : await nearer(found.localUrl);
  return {
    url: near.url ?? here(found.remoteUrl!),
    isNear: near.url !== null,
    way: near.way,
    end() {
      clearInterval(timer);
      void api.DELETE("/api/v1/live/{liveSessionId}", { params }).catch(() => undefined);
    },
  };
}
