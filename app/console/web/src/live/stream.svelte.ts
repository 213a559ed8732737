// Readings as they are committed, over one WebSocket a tab: what pages are shown is what it selects.
// With Server-Sent Events the seventh tab would wait for ever for a connection.
import type { Reading } from "../api/client";
import { token } from "../api/session.svelte";

type Listener = (readings: Reading[]) => void;

export interface Stream {
  readonly isLive: boolean;
  /** Since when nothing comes; null while it does, or where nothing is asked for. */
  readonly awaySince: number | null;
  /** Hears of readings of these sensors until the function that it gives is called. */
  listen(sensorIds: readonly string[], listener: Listener): () => void;
}

const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
const HIDDEN_MS = 60_000;
// A heartbeat comes every 15 s when nothing else does. A connection that is silent for longer hangs,
// as after a change of networks, and no browser says so. Where heartbeats come more seldom, each
// replacement that wasn't needed makes it more patient.
const PATIENCE_MS = 20_000;
const MOST_PATIENCE_MS = 160_000;
const MOST_SENSORS = 200;

interface Message {
  event: string;
  id?: string;
  data: { items?: Reading[] };
}

/** At that path. Where `isFixed`, the path alone says of which sensors. */
export function stream(path: string, bearer: () => Promise<string | null>, { isFixed = false } = {}): Stream {
  const state = $state<{ isLive: boolean; since: number | null }>({ isLive: false, since: null });
  const listeners = new Map<Listener, readonly string[]>();
  let socket: WebSocket | null = null;
  let connected = new Set<string>(); // what the socket selects, or the last one did
  let lastEventId: string | null = null;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let patience = PATIENCE_MS;
  let waiting: Reading[] = [];

  const selected = () => [...new Set([...listeners.values()].flat())].slice(0, MOST_SENSORS);

  function reselect(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void follow(), 50); // a page that goes and one that comes are one change
  }

  async function follow(): Promise<void> {
    const wanted = selected();
    if (!wanted.length) {
      close();
      state.since = null;
    } else if (!socket || (!isFixed && (wanted.length !== connected.size || !wanted.every((each) => connected.has(each))))) {
      close();
      await connect();
    }
  }

  function close(): void {
    clearTimeout(silence);
    const mine = socket;
    socket = null;
    mine?.close();
    state.isLive = false;
  }

  async function connect(): Promise<void> {
    const credential = await bearer();
    const wanted = selected();
    if (!wanted.length || document.hidden || socket) return;
    if (credential === null) return again();
    // What is selected besides begins with a snapshot; of the same and of less nothing was missed.
    if (!wanted.every((each) => connected.has(each))) lastEventId = null;
    connected = new Set(wanted);
    const query = new URLSearchParams(isFixed ? {} : { sensorIds: wanted.join(",") });
    if (lastEventId) query.set("lastEventId", lastEventId);
    const address = `${location.origin.replace(/^http/, "ws")}${path}?${query}`;
    const mine = new WebSocket(address, ["holdfast", `bearer.${credential}`]);
    socket = mine;
    expect(mine);
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      expect(mine);
      hear(JSON.parse(data as string) as Message);
    };
    mine.onclose = () => lose(mine);
  }

  /** From now on it has so much time to say something. */
  function expect(mine: WebSocket): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      patience = Math.min(patience * 2, MOST_PATIENCE_MS);
      mine.close(); // which may take as long as the line hangs: it isn't waited for
      lose(mine);
    }, patience);
  }

  function lose(mine: WebSocket): void {
    if (socket !== mine) return;
    clearTimeout(silence);
    socket = null;
    again();
  }

  function again(): void {
    state.isLive = false;
    state.since ??= Date.now();
    const wait = AGAIN_MS[Math.min(attempts++, AGAIN_MS.length - 1)]!;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), wait * (0.75 + Math.random() / 2));
  }

  function hear(message: Message): void {
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

  return {
    get isLive() {
      return state.isLive;
    },
    get awaySince() {
      return state.since;
    },
    listen(sensorIds, listener) {
      listeners.set(listener, sensorIds);
      reselect();
      return () => {
        listeners.delete(listener);
        reselect();
      };
    },
  };
}

/** Of who is signed in. */
export const live = stream("/api/v1/readings/stream", token);
export const { listen } = live;
