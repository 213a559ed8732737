// Which page is shown. The address is the state: /console/{organization}/devices/…?range=PT6H
const BASE = "/console";

let place = $state.raw(current());
let slug = $state("");

addEventListener("popstate", () => (place = current()));

function current() {
  const parts = location.pathname.slice(BASE.length).split("/").filter(Boolean).map(decodeURIComponent);
  return { parts, query: new URLSearchParams(location.search) };
}

export const router = {
  /** What follows the organization in the path. */
  get parts() {
    return place.parts.slice(1);
  },
  /** What the link of a letter opens: no organization is called "-". */
  get letter() {
    return place.parts[0] === "-" ? (place.parts[1] ?? "") : null;
  },
  get query() {
    return place.query;
  },
  /** Of the organization that is shown: the first part of every address. */
  begin(organization: string) {
    slug = organization;
    if (place.parts[0] !== slug) router.go(place.parts.slice(1).join("/"), { replace: true });
  },
  /** The address of a page, for links. */
  to(path: string) {
    return `${BASE}/${slug}/${path}`.replace(/\/$/, "");
  },
  go(path: string, { replace = false } = {}) {
    history[replace ? "replaceState" : "pushState"](null, "", router.to(path));
    place = current();
    document.querySelector<HTMLElement>("main")?.focus();
    scrollTo(0, 0);
  },
  /** Changes what the address says of the page, without a new place in the history. */
  set(values: Record<string, string | null>) {
    const query = new URLSearchParams(place.query);
    for (const [name, value] of Object.entries(values)) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    const search = query.size ? `?${query}` : "";
    history.replaceState(null, "", location.pathname + search);
    place = current();
  },
};

/** Links stay links: only an ordinary click on one of ours is taken over. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest?.("a");
  if (!link || event.defaultPrevented || event.button || link.target || link.hasAttribute("download")) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || !url.pathname.startsWith(`${BASE}/${slug}`)) return;
  event.preventDefault();
  const path = url.pathname.slice(`${BASE}/${slug}`.length + 1);
  router.go(path + url.search);
}
