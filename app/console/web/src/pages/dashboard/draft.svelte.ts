// A dashboard that is changed: what it says now, what it said before each step, and which widget is
// looked at. Nothing is kept until it is saved.
import type { Dashboard, Widget } from "../../api/client";
import { bottom, placed, type Place } from "./layout";

export type Content = Pick<Dashboard, "name" | "description" | "variables" | "range" | "timezone" | "refreshSeconds" | "widgets">;

const STEPS_MAX = 200;
const TOGETHER_MS = 1000; // keys that are typed one after the other are one step

export class Draft {
  #steps = $state.raw<Content[]>([]);
  #at = $state(0);
  #last = { what: "", at: 0 };
  selected = $state<string | null>(null);

  constructor(dashboard: Dashboard) {
    const { name, description, variables, range, timezone, refreshSeconds, widgets } = dashboard;
    this.#steps = [{ name, description, variables, range, timezone, refreshSeconds, widgets }];
  }

  get content(): Content {
    return this.#steps[this.#at]!;
  }

  get widget(): Widget | undefined {
    return this.content.widgets.find((each) => each.id === this.selected);
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#steps.length - 1;
  }

  /** A step. Those of the same `what` that follow each other quickly are one. */
  change(values: Partial<Content>, what = ""): void {
    const now = Date.now();
    const isSame = what !== "" && this.#last.what === what && now - this.#last.at < TOGETHER_MS && this.canUndo;
    const before = this.#steps.slice(0, isSame ? this.#at : this.#at + 1);
    this.#steps = [...before, { ...this.content, ...values }].slice(-STEPS_MAX);
    this.#at = this.#steps.length - 1;
    this.#last = { what, at: now };
  }

  undo(): void {
    if (this.canUndo) this.#at--;
    this.#last.what = "";
  }

  redo(): void {
    if (this.canRedo) this.#at++;
    this.#last.what = "";
  }

  changeWidget(id: string, values: Partial<Widget>): void {
    const widgets = this.content.widgets.map((each) => (each.id === id ? { ...each, ...values } : each));
    this.change({ widgets }, `${id} ${Object.keys(values).join(" ")}`);
  }

  place(id: string, place: Place): void {
    this.change({ widgets: placed(this.content.widgets, id, place) }, `${id} place`);
  }

  /** Below all others, and selected. */
  add(widget: Omit<Widget, "id" | "x" | "y">): void {
    const id = this.#freeId(widget.type.toLowerCase().replaceAll("_", "-"));
    const added = { ...widget, id, x: 0, y: bottom(this.content.widgets) };
    this.change({ widgets: [...this.content.widgets, added] });
    this.selected = id;
  }

  remove(id: string): void {
    this.change({ widgets: this.content.widgets.filter((each) => each.id !== id) });
    this.selected = null;
  }

  #freeId(stem: string): string {
    const taken = new Set(this.content.widgets.map((each) => each.id));
    let number = 1;
    while (taken.has(`${stem}-${number}`)) number++;
    return `${stem}-${number}`;
  }
}
