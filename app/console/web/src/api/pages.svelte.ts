// A list that is read page by page, by the cursor of the page before.
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total?: number;
}

export interface Pages<T> {
  readonly items: T[];
  /** Of all that match, where the first page said so. */
  readonly total: number | undefined;
  readonly failure: unknown;
  /** True once the first page is there. */
  readonly isKnown: boolean;
  /** Asks for the next page; null where there is none. */
  readonly more: (() => void) | null;
  again(): void;
}

/** Of a component, while it is there. What `look` reads at once is what the list depends on. */
export function pages<T>(look: (cursor?: string) => Promise<Page<T>>): Pages<T> {
  let items = $state.raw<T[]>([]);
  let total = $state<number | undefined>(undefined);
  let cursor = $state<string | null>(null);
  let failure = $state.raw<unknown>(null);
  let isKnown = $state(false);
  let times = $state(0);
  let newest = 0;
  let isBusy = false;

  async function load(asked: Promise<Page<T>>, before: T[]) {
    const mine = ++newest;
    isBusy = true;
    try {
      const page = await asked;
      if (mine !== newest) return; // something newer was asked for meanwhile
      items = before.concat(page.items);
      cursor = page.nextCursor;
      if (!before.length) total = page.total;
      isKnown = true;
      failure = null;
    } catch (error) {
      if (mine === newest) failure = error;
    } finally {
      if (mine === newest) isBusy = false;
    }
  }

  $effect(() => {
    void times;
    void load(look(), []);
  });

  function more() {
    if (!isBusy && cursor && !failure) void load(look(cursor), items);
  }

  return {
    get items() {
      return items;
    },
    get total() {
      return total;
    },
    get failure() {
      return failure;
    },
    get isKnown() {
      return isKnown;
    },
    get more() {
      return cursor ? more : null;
    },
    again: () => void times++,
  };
}
