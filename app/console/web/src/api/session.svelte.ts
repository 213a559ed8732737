// Who is signed in. The access token is in memory alone, the refresh token in a cookie that no
// script reads. Tabs may refresh at once: the platform gives all of them the same.
const EARLY_MS = 30_000;
// Says whether there is a cookie to ask with, and no more.
const HINT = "holdfast signed in";

interface Given {
  accessToken: string;
  expiresIn: number;
  organizationId: string;
  role: string;
  mustEnrol: boolean;
  customerId: string | null;
}

const state = $state<{ given: Given | null; expiresAt: number; isKnown: boolean }>({
  given: null,
  expiresAt: 0,
  isKnown: false,
});
const elsewhere = new BroadcastChannel("holdfast session");
elsewhere.onmessage = () => forget();

export const session = {
  get isSignedIn() {
    return state.given !== null;
  },
  /** False until the first look, while neither page is to be shown. */
  get isKnown() {
    return state.isKnown;
  },
  /** The organization wants a second factor first: there is nothing else to be seen. */
  get mustEnrol() {
    return state.given?.mustEnrol ?? false;
  },
  /** What pages offer. People of a customer are offered what any member may; see `mayCommand`. */
  get role() {
    return this.isOfCustomer ? "MEMBER" : (state.given?.role ?? "MEMBER");
  },
  get isOfCustomer() {
    return (state.given?.customerId ?? null) !== null;
  },
  get mayCommand() {
    return (state.given?.role ?? "MEMBER") !== "MEMBER";
  },
};

export function begin(given: Given): void {
  localStorage.setItem(HINT, "yes");
  state.given = given;
  state.expiresAt = Date.now() + given.expiresIn * 1000;
  state.isKnown = true;
}

function forget(): void {
  localStorage.removeItem(HINT);
  state.given = null;
  state.isKnown = true;
}

export async function signOut(): Promise<void> {
  forget();
  elsewhere.postMessage("ended");
  await post("logout");
}

/** Another token at once: the one that is here says what isn't so any more. */
export async function renew(): Promise<void> {
  state.expiresAt = 0;
  await token();
}

let running: Promise<string | null> | null = null;

/** A token that is good for another half minute, or null where nobody is signed in. */
export async function token(): Promise<string | null> {
  if (state.given && Date.now() < state.expiresAt - EARLY_MS) return state.given.accessToken;
  running ??= refresh().finally(() => (running = null));
  return running;
}

async function refresh(): Promise<string | null> {
  if (!localStorage.getItem(HINT)) {
    forget();
    return null;
  }
  const answer = await post("refresh").catch(() => null);
  if (answer?.ok) begin((await answer.json()) as Given);
  else if (answer?.status === 401) forget();
  else if (!state.isKnown) setTimeout(() => void token(), 2000); // the platform is away
  return answer?.ok ? state.given!.accessToken : null;
}

function post(path: string): Promise<Response> {
  return fetch(`/api/v1/auth/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
}
