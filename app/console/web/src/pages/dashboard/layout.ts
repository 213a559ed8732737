// Where widgets stand on a grid of 24 columns. What is moved or sized stays where it is put; what it
// covers goes below it, and nothing else moves.
import type { Widget } from "../../api/client";

export const COLUMNS = 24;
const ROWS_MAX = 24; // of a widget
const LAST_ROW = 1000;

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A place that the grid has, as near as can be. */
export function within({ x, y, width, height }: Place): Place {
  const wide = clamp(width, 1, COLUMNS);
  return { x: clamp(x, 0, COLUMNS - wide), y: clamp(y, 0, LAST_ROW), width: wide, height: clamp(height, 1, ROWS_MAX) };
}

/** The widgets with one of them at another place. */
export function placed(widgets: readonly Widget[], id: string, place: Place): Widget[] {
  const moved = widgets.map((each) => (each.id === id ? { ...each, ...within(place) } : each));
  const first = moved.find((each) => each.id === id)!;
  const settled = [first];
  const others = moved.filter((each) => each !== first).sort((one, other) => one.y - other.y || one.x - other.x);
  for (const each of others) settled.push(below(each, settled));
  return moved.map(({ id }) => settled.find((each) => each.id === id)!);
}

/** The first row where nothing stands any more. */
export function bottom(widgets: readonly Widget[]): number {
  return Math.max(0, ...widgets.map((each) => each.y + each.height));
}

function below(widget: Widget, settled: readonly Widget[]): Widget {
  const covered = settled.filter((each) => overlap(each, widget));
  if (!covered.length) return widget;
  return below({ ...widget, y: bottom(covered) }, settled);
}

function overlap(one: Place, other: Place): boolean {
  const inRow = one.x < other.x + other.width && other.x < one.x + one.width;
  return inRow && one.y < other.y + other.height && other.y < one.y + one.height;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.round(value), least), most);
}
