// What a camera's gateway shows itself is nearer, and costs the platform nothing. A browser lets the
// console ask only those gateways that the operator has named; why one isn't asked is said.

const WITHIN_MS = 1500;

export interface Nearer {
  /** Of its playlist; null where the platform is asked. */
  url: string | null;
  /** In words, for who wonders where pictures come from. */
  way: string;
}

/** `localUrl` where it can be had from here. */
export async function nearer(localUrl: string | null): Promise<Nearer> {
  if (!localUrl) return { url: null, way: "" };
  const url = new URL(localUrl);
  const through = (why: string) => ({ url: null, way: `Through the platform: ${why}` });
  if (location.protocol === "https:" && url.protocol === "http:") return through("a page over HTTPS may not ask the gateway over HTTP.");
  if (!isNamed(url)) return through(`the operator hasn't let the console ask ${url.origin} (HOLDFAST_GATEWAY_ORIGINS).`);
  try {
    const answer = await fetch(localUrl, { signal: AbortSignal.timeout(WITHIN_MS) });
    if (!answer.ok) return through(`the gateway at ${url.host} answered ${answer.status}.`);
  } catch {
    return through(`the gateway at ${url.host} didn't answer.`);
  }
  return { url: localUrl, way: `From the gateway at ${url.host}` };
}

/** As the policy has it: an origin, or any host below one. */
function isNamed(url: URL): boolean {
  const named = document.querySelector<HTMLMetaElement>('meta[name="gateways"]')?.content.split(" ") ?? [];
  return named.some((each) => {
    if (!each.includes("//*.")) return new URL(each).origin === url.origin;
    const below = new URL(each.replace("//*.", "//"));
    return below.protocol === url.protocol && below.port === url.port && url.hostname.endsWith(`.${below.hostname}`);
  });
}
