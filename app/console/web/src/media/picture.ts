// A picture of a camera's footage. The platform keeps footage alone, so the browser decodes it: the
// few bytes from the key frame before the moment to the moment, and no more.
import { api, must } from "../api/client";
import { here } from "./here";

const AT_ONCE = 3;
const DECODED_WITHIN_MS = 15_000;
const PIECES = /#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"|DATE-TIME:(\S+)\n#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)/g;

export class Undecodable extends Error {}

let running = 0;
const waiting: (() => void)[] = [];

/** Of a moment, in milliseconds; null where there is no footage of it. Throws Undecodable where the
 * browser doesn't know how it was encoded. */
export async function pictureAt(cameraId: string, moment: number, signal?: AbortSignal): Promise<ImageBitmap | null> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    signal?.throwIfAborted();
    return await look(cameraId, moment, signal);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function look(cameraId: string, moment: number, signal?: AbortSignal): Promise<ImageBitmap | null> {
  const query = { from: new Date(moment).toISOString(), to: new Date(moment + 500).toISOString() };
  const params = { path: { cameraId }, query };
  const { playlistUrl, codecs } = await must(api.GET("/api/v1/cameras/{cameraId}/playback", { params, signal: signal ?? null }));
  if (!playlistUrl) return null;
  const playlist = await (await fetched(playlistUrl, signal)).text();
  let head: ArrayBuffer | null = null;
  for (const [, mapUrl, mapSize, mapBegin, taken, seconds, size, begin, url] of playlist.matchAll(PIECES)) {
    if (mapUrl) head = await part(mapUrl, Number(mapBegin), Number(mapSize), signal);
    const since = taken ? new Date(taken).getTime() : NaN;
    if (!head || !url || since + Number(seconds) * 1000 <= moment) continue;
    const body = await part(url, Number(begin), Number(size), signal);
    return decode(codecs, [head, body], Math.max(moment - since, 0) / 1000);
  }
  return null;
}

async function fetched(url: string, signal?: AbortSignal, headers: HeadersInit = {}): Promise<Response> {
  const answer = await fetch(here(url), { headers, signal: signal ?? null });
  if (!answer.ok) throw new Error(`The footage can't be had: ${answer.status}.`);
  return answer;
}

async function part(url: string, begin: number, size: number, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await fetched(url, signal, { Range: `bytes=${begin}-${begin + size - 1}` })).arrayBuffer();
}

/** So many seconds after the pieces' begin. */
async function decode(codecs: string[], pieces: ArrayBuffer[], seconds: number): Promise<ImageBitmap> {
  const type = codecs.map((each) => `video/mp4; codecs="${each}"`).find((each) => MediaSource.isTypeSupported(each));
  if (!type) throw new Undecodable("This browser doesn't show what the camera sends.");
  const source = new MediaSource();
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(source);
  try {
    await happened(source, "sourceopen");
    const buffer = source.addSourceBuffer(type);
    for (const piece of pieces) {
      buffer.appendBuffer(piece);
      await happened(buffer, "updateend");
    }
    source.endOfStream();
    await until(video, HTMLMediaElement.HAVE_CURRENT_DATA);
    const since = buffer.buffered.start(0);
    // Just before its end, where the moment is that: there is no picture at the end itself.
    video.currentTime = Math.min(since + seconds, buffer.buffered.end(0) - 0.02);
    await happened(video, "seeked");
    await until(video, HTMLMediaElement.HAVE_CURRENT_DATA);
    return await createImageBitmap(video);
  } finally {
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
    video.load();
  }
}

async function until(video: HTMLVideoElement, readyState: number): Promise<void> {
  const end = Date.now() + DECODED_WITHIN_MS;
  while (video.readyState < readyState) {
    if (Date.now() > end) throw new Undecodable("The footage can't be decoded.");
    await new Promise((go) => setTimeout(go, 20));
  }
}

function happened(what: EventTarget, name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Undecodable("The footage can't be decoded.")), DECODED_WITHIN_MS);
  what.addEventListener(name, () => (clearTimeout(timer), resolve()), { once: true });
  return promise;
}
