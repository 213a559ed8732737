// Readings as they are committed, over one WebSocket a tab: what pages are shown is what it selects.
// With Server-Sent Events the seventh tab would wait for ever for a connection.
import type { Reading } from "../api/client";
import { token } from "../api/session.svelte";

type Listener = (readings: Reading[]) => void;

const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
const HIDDEN_MS = 60_000;

const state = $state<{ isLive: boolean; since: number | null }>({ isLive: false, since: null });
const listeners = new Map<Listener, readonly string[]>();
let socket: WebSocket | null = null;
let lastEventId: string | null = null;
let attempts = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let waiting: Reading[] = [];

export const live = {
  get isLive() {
    return state.isLive;
  },
  /** Since when nothing comes; null while it does, or where nothing is asked for. */
  get awaySince() {
    return state.since;
  },
};

/** Hears of readings of these sensors until the function that it gives is called. */
export function listen(sensorIds: readonly string[], listener: Listener): () => void {
  listeners.set(listener, sensorIds);
  reselect();
  return () => {
    listeners.delete(listener);
    reselect();
  };
}

function reselect(): void {
  lastEventId = null; // another selection begins with a snapshot of its own
  close();
  clearTimeout(timer);
  if (selected().length) timer = setTimeout(() => void connect(), 50);
  else state.since = null;
}

function selected(): string[] {
  return [...new Set([...listeners.values()].flat())].slice(0, 200);
}

function close(): void {
  socket?.close();
  socket = null;
  state.isLive = false;
}

async function connect(): Promise<void> {
  const bearer = await token();
  const sensors = selected();
  if (!sensors.length || document.hidden) return;
  if (bearer === null) return again();
  const query = new URLSearchParams({ sensorIds: sensors.join(",") });
  if (lastEventId) query.set("lastEventId", lastEventId);
  const address = `${location.origin.replace(/^http/, "ws")}/api/v1/readings/stream?${query}`;
  const mine = new WebSocket(address, ["holdfast", `bearer.${bearer}`]);
  socket = mine;
  mine.onmessage = ({ data }) => hear(JSON.parse(data as string));
  mine.onclose = () => {
    if (socket !== mine) return;
    socket = null;
    again();
  };
}

function again(): void {
  state.isLive = false;
  state.since ??= Date.now();
  const wait = AGAIN_MS[Math.min(attempts++, AGAIN_MS.length - 1)]!;
  timer = setTimeout(() => void connect(), wait * (0.75 + Math.random() / 2));
}

function hear(message: { event: string; id?: string; data: { items?: Reading[] } }): void {
  if (message.id) lastEventId = message.id;
  if (message.event === "paused") return void ((state.isLive = false), (state.since ??= Date.now()));
  if (message.event !== "end") {
    state.isLive = true;
    state.since = null;
    attempts = 0;
  }
  if (!message.data.items?.length) return;
  if (!waiting.length) requestAnimationFrame(tell); // one paint for all that came
  waiting.push(...message.data.items);
}

function tell(): void {
  const readings = waiting;
  waiting = [];
  for (const [listener, sensorIds] of listeners) {
    const mine = readings.filter((each) => sensorIds.includes(each.sensorId));
    if (mine.length) listener(mine);
  }
}

let hidden: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(close, HIDDEN_MS);
  else if (!socket && selected().length) void connect();
});
