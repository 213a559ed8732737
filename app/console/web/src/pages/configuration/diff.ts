// What one text has that another hadn't, line by line: the longest common sequence stays.
export interface DiffLine {
  kind: " " | "+" | "-";
  text: string;
}

const MOST_LINES = 1000; // the table is their product

/** Null for texts that are too long to compare. */
export function diff(before: string, after: string): DiffLine[] | null {
  const old = before.split("\n");
  const now = after.split("\n");
  if (old.length > MOST_LINES || now.length > MOST_LINES) return null;
  const shared = lengths(old, now);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      lines.push({ kind: " ", text: now[j]! });
      i++;
      j++;
    } else if (j === now.length || (i < old.length && shared[i + 1]![j]! >= shared[i]![j + 1]!)) {
      lines.push({ kind: "-", text: old[i++]! });
    } else {
      lines.push({ kind: "+", text: now[j++]! });
    }
  }
  return lines;
}

/** By line i of one and j of the other: how many of the lines from there on they share. */
function lengths(old: string[], now: string[]): Uint16Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const rest = Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
      table[i]![j] = old[i] === now[j] ? table[i + 1]![j + 1]! + 1 : rest;
    }
  }
  return table;
}
