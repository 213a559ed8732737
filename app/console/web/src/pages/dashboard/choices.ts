// What widgets and series can be, in words; and which type fits what is measured.
import { api, must, type Widget } from "../../api/client";

export type Series = NonNullable<Widget["series"]>[number];
export type WidgetType = Widget["type"];

export const TYPES: readonly (readonly [WidgetType, string])[] = [
  ["LINE_CHART", "Lines over time"],
  ["STAT", "Numbers"],
  ["GAUGE", "Gauges"],
  ["STATE_TIMELINE", "States over time"],
  ["TABLE", "Table of values"],
  ["DEVICE", "Device cards"],
  ["MAP", "Map of devices"],
  ["ALERT_LIST", "Open alerts"],
];

/** Those that say enough without a series. */
export const WITHOUT_SERIES: readonly WidgetType[] = ["ALERT_LIST", "MAP", "DEVICE"];

export const FUNCTIONS = [
  ["avg", "mean"],
  ["min", "least"],
  ["max", "most"],
  ["last", "last"],
  ["first", "first"],
  ["sum", "sum"],
  ["count", "how many"],
  ["range", "most less least"],
  ["stddev", "standard deviation"],
  ["timeWeightedAvg", "mean over time"],
  ["p50", "median"],
  ["p95", "95 % are below"],
  ["p99", "99 % are below"],
  ["delta", "increase"],
  ["rate", "increase a second"],
] as const;

const SIZES: Record<string, readonly [number, number]> = { STAT: [6, 3], GAUGE: [6, 4], DEVICE: [8, 6], ALERT_LIST: [8, 6] };

/** Something that can be shown: a field of a profile, or one sensor. */
export interface Measured {
  label: string;
  valueType: string;
  input: Series["input"];
}

export function proposedType(valueType: string): WidgetType {
  return valueType === "TEXT" || valueType === "BOOLEAN" ? "STATE_TIMELINE" : "LINE_CHART";
}

export function newWidget(type: WidgetType, measured?: Measured): Omit<Widget, "id" | "x" | "y"> {
  const [width, height] = SIZES[type] ?? [12, 6];
  const isNow = type !== "LINE_CHART";
  const series = measured ? [{ input: measured.input, function: isNow ? ("last" as const) : ("avg" as const) }] : [];
  const title = measured?.label ?? TYPES.find(([each]) => each === type)![1];
  return { type, title, width, height, series };
}

/** The fields of the newest version of each sensor profile. */
export async function fieldsOfProfiles(): Promise<Measured[]> {
  const { items } = await must(api.GET("/api/v1/sensor-profiles", { params: { query: { limit: 500 } } }));
  const newest = new Map(items.toReversed().map((each) => [each.name, each]));
  return [...newest.values()].flatMap((profile) =>
    profile.fields.map((field) => ({
      label: `${profile.name}: ${field.key}`,
      valueType: field.type,
      input: { sensorProfile: profile.name, field: field.key },
    })),
  );
}

export async function sensorsOf(deviceId: string): Promise<Measured[]> {
  const { items } = await must(api.GET("/api/v1/sensors", { params: { query: { deviceId, limit: 500 } } }));
  return items.map((each) => ({ label: each.name, valueType: each.valueType, input: { sensorId: each.id } }));
}
