// A rule as it is being written: every field has a value, whichever kind it is of. What it comes to
// has what its kind takes, and nothing else.
import type { AlertRule, AlertRuleContent } from "../../../api/client";

export type Kind = NonNullable<AlertRuleContent["condition"]["kind"]>;
export type Operator = NonNullable<AlertRuleContent["condition"]["operator"]>;
export type Aggregate = NonNullable<AlertRuleContent["condition"]["aggregate"]>;
export type Severity = AlertRuleContent["levels"][number]["severity"];
export type TargetType = AlertRuleContent["target"]["type"];
export type Day = NonNullable<AlertRuleContent["schedule"]>["weekly"][number]["days"][number];
export type Cause = NonNullable<NonNullable<AlertRuleContent["notify"]>[number]["on"]>[number];

export interface LevelDraft {
  severity: Severity;
  value: number | string | null;
  low: number | null;
  high: number | null;
  clearValue: number | null;
  clearLow: number | null;
  clearHigh: number | null;
  forSeconds: number;
  clearForSeconds: number;
}

export interface InputDraft {
  name: string;
  of: "OWN" | "FIELD" | "SENSOR";
  field: string;
  sensorId: string | null;
  aggregate: Aggregate;
}

export interface TimesDraft {
  days: Day[];
  from: string;
  to: string;
}

export interface NotifyDraft {
  channelId: string;
  minSeverity: Severity;
  on: Cause[];
  afterSeconds: number;
}

export interface RuleDraft {
  name: string;
  description: string;
  target: { type: TargetType; id: string | null; name: string | null };
  field: string;
  kind: Kind;
  operator: Operator | null;
  ignoreCase: boolean;
  aggregate: Aggregate;
  windowSeconds: number;
  stepSeconds: number | null;
  minCount: number | null;
  tolerance: number | null;
  relative: boolean;
  graceSeconds: number;
  otherOf: "COMPONENT" | "SENSOR";
  otherComponent: string;
  otherSensorId: string | null;
  expression: string;
  inputs: InputDraft[];
  levels: LevelDraft[];
  schedule: { timezone: string; weekly: TimesDraft[] } | null;
  cooldownSeconds: number;
  autoResolve: boolean;
  reopenAfterSeconds: number;
  notify: NotifyDraft[];
  groupSeconds: number;
  repeatSeconds: number;
  notifyEndedWithinSeconds: number;
  annotationClassId: string | null;
  enabled: boolean;
}

export const KINDS: readonly (readonly [Kind, string])[] = [
  ["VALUE", "its value is …"],
  ["AGGREGATE", "a mean, sum or count over some time is …"],
  ["RATE_OF_CHANGE", "it has changed within some time by …"],
  ["NO_DATA", "nothing comes from it"],
  ["STUCK", "it shows the same all the time"],
  ["DEVIATION", "it differs from another sensor by …"],
  ["EXPRESSION", "a formula of several sensors holds"],
  ["DISCONNECTED", "a device isn't connected"],
];

const NUMERIC: readonly (readonly [Operator, string])[] = [
  ["GT", "above"],
  ["GTE", "at or above"],
  ["LT", "below"],
  ["LTE", "at or below"],
  ["BETWEEN", "between"],
  ["OUTSIDE", "outside"],
  ["EQ", "equal to"],
  ["NEQ", "not equal to"],
];
const OF_VALUES: readonly (readonly [Operator, string])[] = [
  ...NUMERIC,
  ["IS_TRUE", "true"],
  ["IS_FALSE", "false"],
  ["CONTAINS", "a text with"],
  ["NOT_CONTAINS", "a text without"],
  ["CHANGED", "another than before"],
];

export const AGGREGATES: readonly (readonly [Aggregate, string])[] = [
  ["AVG", "mean"],
  ["MIN", "least"],
  ["MAX", "most"],
  ["SUM", "sum"],
  ["COUNT", "number of readings"],
  ["RANGE", "most less least"],
  ["LAST", "last"],
];

export const DAYS: readonly (readonly [Day, string])[] = [
  ["MON", "Mon"],
  ["TUE", "Tue"],
  ["WED", "Wed"],
  ["THU", "Thu"],
  ["FRI", "Fri"],
  ["SAT", "Sat"],
  ["SUN", "Sun"],
];

export const SEVERITIES: readonly Severity[] = ["INFO", "WARNING", "CRITICAL"];

const COMPARING: readonly Kind[] = ["VALUE", "AGGREGATE", "RATE_OF_CHANGE", "DEVIATION", "EXPRESSION"];
const STEPPED: readonly Kind[] = ["AGGREGATE", "RATE_OF_CHANGE", "STUCK", "DEVIATION", "EXPRESSION"];

/** What a condition of this kind may be compared by; none of a kind that compares nothing. */
export const operatorsOf = (kind: Kind) => (kind === "VALUE" ? OF_VALUES : COMPARING.includes(kind) ? NUMERIC : []);
export const hasWindow = (kind: Kind) => kind !== "VALUE" && kind !== "DISCONNECTED";
export const hasSteps = (kind: Kind) => STEPPED.includes(kind);
export const countsReadings = (kind: Kind) => hasSteps(kind) && kind !== "RATE_OF_CHANGE";

export type Takes = "value" | "range" | "nothing";

/** What each level says of its own. */
export function takes({ kind, operator }: RuleDraft): Takes {
  if (!operator || !operatorsOf(kind).some(([each]) => each === operator)) return "nothing";
  if (operator === "BETWEEN" || operator === "OUTSIDE") return "range";
  return operator === "IS_TRUE" || operator === "IS_FALSE" || operator === "CHANGED" ? "nothing" : "value";
}

/** The value at which it is over may be another one. */
export const hasClearValue = (operator: Operator | null) => ["GT", "GTE", "LT", "LTE"].includes(operator ?? "");
/** Of EQ and NEQ both are possible: what is no number is a text. */
export const isOfTexts = (operator: Operator | null) => ["CONTAINS", "NOT_CONTAINS", "EQ", "NEQ"].includes(operator ?? "");

export const newLevel = (severity: Severity): LevelDraft => ({
  severity,
  value: null,
  low: null,
  high: null,
  clearValue: null,
  clearLow: null,
  clearHigh: null,
  forSeconds: 0,
  clearForSeconds: 0,
});

export const newDraft = (target: RuleDraft["target"]): RuleDraft => ({
  name: "",
  description: "",
  target,
  field: "",
  kind: target.type === "DEVICE" ? "DISCONNECTED" : "VALUE",
  operator: "GT",
  ignoreCase: false,
  aggregate: "AVG",
  windowSeconds: 900,
  stepSeconds: null,
  minCount: null,
  tolerance: null,
  relative: false,
  graceSeconds: 30,
  otherOf: "COMPONENT",
  otherComponent: "",
  otherSensorId: null,
  expression: "a > 8",
  inputs: [{ name: "a", of: "OWN", field: "", sensorId: null, aggregate: "AVG" }],
  levels: [{ ...newLevel("WARNING"), forSeconds: 300 }],
  schedule: null,
  cooldownSeconds: 0,
  autoResolve: true,
  reopenAfterSeconds: 3600,
  notify: [],
  groupSeconds: 30,
  repeatSeconds: 0,
  notifyEndedWithinSeconds: 3600,
  annotationClassId: null,
  enabled: true,
});

/** As it is in force. */
export function draftOf(rule: AlertRule): RuleDraft {
  const { condition } = rule;
  const inputs = Object.entries(condition.inputs ?? {}).map(
    ([name, each]): InputDraft => ({
      name,
      of: each.sensorId ? "SENSOR" : each.field ? "FIELD" : "OWN",
      field: each.field ?? "",
      sensorId: each.sensorId ?? null,
      aggregate: each.aggregate ?? "AVG",
    }),
  );
  const empty = newDraft({ type: rule.target.type, id: rule.target.id ?? null, name: rule.target.name ?? null });
  return {
    ...empty,
    name: rule.name,
    description: rule.description,
    field: rule.field ?? "",
    kind: condition.kind ?? "VALUE",
    operator: condition.operator ?? null,
    ignoreCase: condition.ignoreCase ?? false,
    aggregate: condition.aggregate ?? "AVG",
    windowSeconds: condition.windowSeconds ?? empty.windowSeconds,
    stepSeconds: condition.stepSeconds ?? null,
    minCount: condition.minCount ?? null,
    tolerance: condition.tolerance ?? null,
    relative: condition.relative ?? false,
    graceSeconds: condition.graceSeconds ?? empty.graceSeconds,
    otherOf: condition.other?.sensorId ? "SENSOR" : "COMPONENT",
    otherComponent: condition.other?.component ?? "",
    otherSensorId: condition.other?.sensorId ?? null,
    expression: condition.expression ?? empty.expression,
    inputs: inputs.length ? inputs : empty.inputs,
    // Of one level the condition has the values.
    levels: rule.levels.map((level) => ({
      severity: level.severity,
      value: level.value ?? condition.value ?? null,
      low: level.low ?? condition.low ?? null,
      high: level.high ?? condition.high ?? null,
      clearValue: level.clearValue ?? null,
      clearLow: level.clearLow ?? null,
      clearHigh: level.clearHigh ?? null,
      forSeconds: level.forSeconds ?? 0,
      clearForSeconds: level.clearForSeconds ?? 0,
    })),
    schedule: rule.schedule && { timezone: rule.schedule.timezone, weekly: rule.schedule.weekly.map((each) => ({ ...each, days: [...each.days] })) },
    cooldownSeconds: rule.cooldownSeconds,
    autoResolve: rule.autoResolve,
    reopenAfterSeconds: rule.reopenAfterSeconds,
    notify: rule.notify.map((each) => ({
      channelId: each.channelId,
      minSeverity: each.minSeverity ?? "INFO",
      on: [...(each.on ?? ["FIRED", "RESOLVED"])],
      afterSeconds: each.afterSeconds ?? 0,
    })),
    groupSeconds: rule.groupSeconds,
    repeatSeconds: rule.repeatSeconds,
    notifyEndedWithinSeconds: rule.notifyEndedWithinSeconds,
    annotationClassId: rule.annotationClassId,
    enabled: rule.enabled,
  };
}

/** As it is sent. What isn't said yet is told by the answer. */
export function contentOf(draft: RuleDraft): AlertRuleContent {
  const isOfDevices = draft.kind === "DISCONNECTED";
  const { type, id, name } = draft.target;
  return {
    name: draft.name.trim() || "a new rule",
    description: draft.description,
    target: name ? { type, name } : { type, ...(id && { id }) },
    field: isOfDevices || type === "SENSOR" ? null : draft.field.trim() || null,
    condition: conditionOf(draft),
    levels: draft.levels.map((level) => levelOf(draft, level)),
    cooldownSeconds: draft.cooldownSeconds,
    schedule: draft.schedule,
    autoResolve: draft.autoResolve,
    reopenAfterSeconds: draft.reopenAfterSeconds,
    notify: draft.notify,
    groupSeconds: draft.groupSeconds,
    repeatSeconds: draft.repeatSeconds,
    notifyEndedWithinSeconds: draft.notifyEndedWithinSeconds,
    annotationClassId: draft.annotationClassId,
    enabled: draft.enabled,
  };
}

function conditionOf(draft: RuleDraft): AlertRuleContent["condition"] {
  const { kind } = draft;
  const operator = operatorsOf(kind).some(([each]) => each === draft.operator) ? draft.operator : null;
  return {
    kind,
    graceSeconds: draft.graceSeconds,
    ...(operator && { operator }),
    ...(hasWindow(kind) && { windowSeconds: draft.windowSeconds }),
    ...(hasSteps(kind) && { stepSeconds: draft.stepSeconds }),
    ...(countsReadings(kind) && { minCount: draft.minCount }),
    ...(kind === "VALUE" && operator && isOfTexts(operator) && { ignoreCase: draft.ignoreCase }),
    ...(kind === "AGGREGATE" && { aggregate: draft.aggregate }),
    ...(kind === "STUCK" && { tolerance: draft.tolerance }),
    ...(kind === "DEVIATION" && { relative: draft.relative, other: otherOf(draft) }),
    ...(kind === "EXPRESSION" && { expression: draft.expression, inputs: inputsOf(draft) }),
  };
}

const otherOf = (draft: RuleDraft) => (draft.otherOf === "SENSOR" ? { sensorId: draft.otherSensorId } : { component: draft.otherComponent.trim() || null });

const inputsOf = (draft: RuleDraft) =>
  Object.fromEntries(
    draft.inputs.map((each) => [
      each.name.trim(),
      {
        aggregate: each.aggregate,
        ...(each.of === "FIELD" && { field: each.field.trim() || null }),
        ...(each.of === "SENSOR" && { sensorId: each.sensorId }),
      },
    ]),
  );

function levelOf(draft: RuleDraft, level: LevelDraft): AlertRuleContent["levels"][number] {
  const { operator } = draft;
  const what = takes(draft);
  return {
    severity: level.severity,
    forSeconds: operator === "CHANGED" && draft.kind === "VALUE" ? 0 : level.forSeconds,
    clearForSeconds: level.clearForSeconds,
    ...(what === "value" && { value: comparand(draft, level.value) }),
    ...(what === "value" && hasClearValue(operator) && { clearValue: level.clearValue }),
    ...(what === "range" && { low: level.low, high: level.high, clearLow: level.clearLow, clearHigh: level.clearHigh }),
  };
}

function comparand({ kind, operator }: RuleDraft, value: number | string | null): number | string | null {
  if (value === null || value === "") return null;
  const isText = operator === "CONTAINS" || operator === "NOT_CONTAINS";
  const number = Number(value);
  if (isText && kind === "VALUE") return String(value);
  return Number.isFinite(number) ? number : String(value);
}

/** Whether there is enough of it to ask what it comes to. */
export function isComplete(draft: RuleDraft): boolean {
  const { target, levels } = draft;
  if (!target.id && !target.name) return false;
  const what = takes(draft);
  if (what === "value") return levels.every((level) => level.value !== null && level.value !== "");
  if (what === "range") return levels.every((level) => level.low !== null && level.high !== null);
  return true;
}
