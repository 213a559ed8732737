// Wall time and a playlist's time. Footage has gaps, a playlist has none: it plays what is there,
// one span after the other. All in milliseconds; a playlist's `at` in seconds, as players have it.
export interface Span {
  from: number;
  to: number;
  /** Where it begins in the playlist, in seconds. */
  at: number;
}

export function spansOf(found: readonly { from: string; to: string; at: number }[]): Span[] {
  return found.map(({ from, to, at }) => ({ from: Date.parse(from), to: Date.parse(to), at }));
}

/** Where a moment is in the playlist; null where nothing was recorded then. */
export function placeOf(spans: readonly Span[], moment: number): number | null {
  const span = spans.find((each) => each.from <= moment && moment < each.to);
  return span ? span.at + (moment - span.from) / 1000 : null;
}

/** When what is shown there was recorded. */
export function momentOf(spans: readonly Span[], place: number): number | null {
  const span = spans.findLast((each) => each.at <= place + 1e-6);
  return span ? Math.min(span.from + (place - span.at) * 1000, span.to) : null;
}

/** Ranges as one where one begins in the other, or right at its end. In order of their begins. */
export function joined<T extends { from: number; to: number }>(ranges: readonly T[], nearMs = 50): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((one, other) => one.from - other.from)) {
    const last = found.at(-1);
    if (last && from <= last.to + nearMs) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}
