// How values, ages and times are shown: by the browser's locale, in a zone that is said.
const number = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
const large = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }); // six digits before the point
const integer = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const number3 = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export type Value = number | boolean | string | null | undefined;

export function shown(value: Value, decimals?: number | null): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (decimals !== null && decimals !== undefined) return value.toFixed(decimals);
  if (Number.isInteger(value)) return integer.format(value);
  return (Math.abs(value) >= 100_000 ? large : number).format(value);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** "5 min ago"; "never" where it is null. */
export function ago(at: string | null | undefined, now = Date.now()): string {
  if (!at) return "never";
  const ahead = (new Date(at).getTime() - now) / 1000;
  const seconds = ahead < 60 ? Math.min(ahead, 0) : ahead; // what came since the clock was looked at
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return relative.format(Math.round(seconds / size), unit);
}

export function moment(at: string | number, timeZone = zone): string {
  return new Date(at).toLocaleString(undefined, { timeZone, dateStyle: "medium", timeStyle: "medium" });
}

export function day(at: string | number, timeZone = zone): string {
  return new Date(at).toLocaleDateString(undefined, { timeZone, dateStyle: "medium" });
}

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Of an ISO 8601 duration of days and less; null for another. */
export function seconds(duration: string): number | null {
  const found = DURATION.exec(duration);
  if (!found) return null;
  const [weeks, days, hours, minutes, rest] = found.slice(1).map((digits) => Number(digits ?? 0));
  return weeks! * 604_800 + days! * 86_400 + hours! * 3600 + minutes! * 60 + rest!;
}

/** "out of range" of OUT_OF_RANGE. */
export function words(name: string): string {
  return name.toLowerCase().replaceAll("_", " ");
}

/** "3 d 4 h" of a number of seconds: its two largest units. */
export function span(total: number): string {
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;
  let rest = Math.round(total);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

/** "1.5 MB" of a number of bytes. */
export function bytes(count: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), 4);
  return `${number3.format(count / 1000 ** step)} ${["B", "kB", "MB", "GB", "TB"][step]}`;
}
