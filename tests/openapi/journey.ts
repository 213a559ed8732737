// The main things that a program does, through types generated from the document: it must compile and it must run.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined>; exit(code: number): never };

const baseUrl = process.env.HOLDFAST_URL!;
const start = process.env.HOLDFAST_START!;

function must<T>(answer: { data?: T; error?: { code: string; detail?: string | null }; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status} ${answer.error?.code}: ${answer.error?.detail}`);
  }
  return answer.data;
}

function equal(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`expected ${expected}, found ${found}`);
}

// Some answers have several formats: these are the ones that are asked for here.
type Json = "application/json" | "application/problem+json";

const nobody = createClient<paths, Json>({ baseUrl });
const session = must(
  await nobody.POST("/api/v1/auth/register", {
    body: {
      email: `${crypto.randomUUID()}@example.com`,
      password: "correct horse battery",
      name: "Ada Example",
      organizationName: "Example Cold Chain",
    },
  }),
);
const person = createClient<paths, Json>({ baseUrl, headers: { Authorization: `Bearer ${session.accessToken}` } });
const key = must(await person.POST("/api/v1/api-keys", { body: { name: "journey" } }));
const client = createClient<paths, Json>({ baseUrl, headers: { Authorization: `Bearer ${key.key}` } });

const token = must(
  await client.POST("/api/v1/devices/registration/tokens", {
    body: { deviceName: "warehouse-gateway-01", tags: ["warehouse"] },
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  }),
);
const moment = (minute: number) => new Date(Date.parse(start) + minute * 60_000).toISOString();
const receipt = must(
  await client.POST("/api/v1/readings/batch", {
    body: [20, 21, 22].map((value, minute) => ({
      deviceId: token.deviceId,
      sensor: "temperature",
      timestamp: moment(minute),
      value,
    })),
  }),
);
equal(receipt.accepted, 3);

const sensors = must(await client.GET("/api/v1/sensors", { params: { query: { deviceId: token.deviceId } } }));
const sensorId = sensors.items[0]!.id;
equal(sensors.items[0]!.latestValue, 22);
const query = { from: moment(0), to: moment(60) };

const raw = must(await client.GET("/api/v1/readings/sensor/{sensorId}", { params: { path: { sensorId }, query } }));
equal(raw.items.length, 3);
const buckets = must(
  await client.GET("/api/v1/readings/sensor/{sensorId}/aggregated", {
    params: { path: { sensorId }, query: { ...query, interval: "P1D", functions: ["avg", "max"] } },
  }),
);
equal(buckets.items.reduce((count, bucket) => count + bucket.count, 0), 3);
const stats = must(
  await client.GET("/api/v1/readings/sensor/{sensorId}/stats", { params: { path: { sensorId }, query } }),
);
equal(stats.avg, 21);
const refused = await client.GET("/api/v1/devices/{deviceId}", { params: { path: { deviceId: sensorId } } });
equal(refused.error?.code, "NOT_FOUND");
