// Round moments for an axis of time, and their words.
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].map((each) => each * 1000);
const FEWEST_PX = 84;

export interface Tick {
  at: number;
  words: string;
}

/** Within a range in milliseconds, drawn so wide. Hours are those of the zone. */
export function ticks(from: number, to: number, width: number, timeZone: string): Tick[] {
  const step = STEPS.find((each) => (each / (to - from)) * width >= FEWEST_PX) ?? STEPS.at(-1)!;
  const offset = offsetOf(from, timeZone);
  const time = new Intl.DateTimeFormat(undefined, { timeZone, hour: "2-digit", minute: "2-digit", ...(step < 60_000 ? { second: "2-digit" } : {}) });
  const day = new Intl.DateTimeFormat(undefined, { timeZone, day: "numeric", month: "short" });
  const found: Tick[] = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) {
    found.push({ at, words: (at + offset) % 86_400_000 === 0 ? day.format(at) : time.format(at) });
  }
  return found;
}

/** Milliseconds by which the zone's clocks are ahead of UTC then. */
function offsetOf(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find((each) => each.type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
}
