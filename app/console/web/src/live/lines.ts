// Server-Sent Events, read with a token, of something that somebody looks at for a while: the tab
// holds one of its browser's six connections, and lets it go when it is hidden.
import { token } from "../api/session.svelte";

export interface Told {
  event: string;
  data: unknown;
}

/** Ends when the stream does. Throws where it can't be had. */
export async function* events(path: string, signal: AbortSignal): AsyncGenerator<Told> {
  const headers = { Accept: "text/event-stream", Authorization: `Bearer ${await token()}` };
  const answer = await fetch(path, { headers, signal });
  if (!answer.ok || !answer.body) throw new Error(`The platform answered ${answer.status}.`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const told = parse(block);
      if (told) yield told;
    }
  }
}

/** Null for a comment. */
function parse(block: string): Told | null {
  const of = (name: string) =>
    block.split("\n").filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
  const data = of("data").join("\n");
  return data ? { event: of("event")[0] ?? "message", data: JSON.parse(data) } : null;
}
