// What a page asks the API, kept up to date: asked anew when what it depends on changes, each few
// seconds where that is wanted and the tab is in sight, and by again(). The newest answer counts.
export interface Asked<T> {
  /** The last answer; it stays while the next is awaited. */
  readonly found: T | null;
  /** Why the newest question has none. */
  readonly failure: unknown;
  again(): void;
}

/** Of a component, while it is there. */
export function ask<T>(look: () => Promise<T>, { everySeconds = 0 } = {}): Asked<T> {
  let found = $state.raw<T | null>(null);
  let failure = $state.raw<unknown>(null);
  let times = $state(0);
  let newest = 0;

  $effect(() => {
    void times;
    const mine = ++newest;
    look().then(
      (answer) => {
        if (mine === newest) ((found = answer), (failure = null));
      },
      (error) => {
        if (mine === newest) failure = error;
      },
    );
    return () => void newest++; // what it was asked for is no longer shown
  });

  $effect(() => {
    if (!everySeconds) return;
    const timer = setInterval(() => !document.hidden && times++, everySeconds * 1000);
    return () => clearInterval(timer);
  });

  return {
    get found() {
      return found;
    },
    get failure() {
      return failure;
    },
    again: () => void times++,
  };
}
