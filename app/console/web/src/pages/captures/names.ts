// What captures name by their ids.
import { api, must, type Camera, type CaptureRule } from "../../api/client";

const MOST = 200;

export interface Names {
  cameras: Camera[];
  rules: CaptureRule[];
}

export async function names(): Promise<Names> {
  const query = { limit: MOST, sort: "name" as const };
  const [cameras, rules] = await Promise.all([
    must(api.GET("/api/v1/cameras", { params: { query } })),
    must(api.GET("/api/v1/media-capture-rules", { params: { query } })),
  ]);
  return { cameras: cameras.items, rules: rules.items };
}

export const nameOf = (all: readonly { id: string; name: string }[], id: string | null) => all.find((each) => each.id === id)?.name;
