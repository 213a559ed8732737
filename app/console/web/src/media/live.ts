// A live session of one camera: kept alive while it is watched. Whoever only closes the page is
// taken for gone by the platform itself, soon after.
import { api, Failure, must } from "../api/client";
import { here } from "./here";

const OVER = [403, 404, 410];

export interface LiveSession {
  /** Of its playlist. */
  url: string;
  end: () => void;
}

/** Throws a Failure. `onover` is called once, when the session has ended without our doing. */
export async function watchLive(cameraId: string, onover: () => void): Promise<LiveSession> {
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
  return {
    url: here(found.remoteUrl!),
    end() {
      clearInterval(timer);
      void api.DELETE("/api/v1/live/{liveSessionId}", { params }).catch(() => undefined);
    },
  };
}
