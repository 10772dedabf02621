import { exchange } from "../../src/cloudflare/exchange.ts";
import { versionKey } from "./users.ts";

/** What a visitor of the site got: a page, the file that the page loads, and an answer of the worker's code. */
export interface Opened {
  /** Version of the page. */
  readonly page: string;
  /** Of the file; undefined where there is none. */
  readonly file: string | undefined;
  readonly code: string;
}

export interface Site {
  readonly open: (visitor: number) => Promise<Opened>;
  /** Loads the file of a page that was opened before. */
  readonly load: (visitor: number, opened: Pick<Opened, "page">) => Promise<string | undefined>;
}

/** The site of a games' stage. Each visitor sends a version key, as a transform rule of the zone sets it. */
export function siteAt(address: string): Site {
  const ask = async (visitor: number, path: string): Promise<{ status: number; text: string }> => {
    const sent = await exchange(`${address}${path}`, {
      headers: { [versionKey]: `visitor-${visitor}` },
      timeoutMs: 60_000,
    });
    if (sent.kind !== "answer") throw new Error(sent.message);
    return sent;
  };
  const load: Site["load"] = async (visitor, { page }) => {
    const { status, text } = await ask(visitor, `/app-${page}.js`);
    return status === 200 ? text.replace("// ", "") : undefined;
  };
  return {
    load,
    async open(visitor) {
      const page = /app-(\d+)\.js/.exec((await ask(visitor, "/")).text)?.[1] ?? "none";
      const file = await load(visitor, { page });
      return { page, file, code: (await ask(visitor, "/who")).text.replace("site ", "") };
    },
  };
}

/** Each of so many visitors, a few at once; what came of it is in their order. */
export async function everybody<Value>(
  count: number,
  visit: (visitor: number) => Promise<Value>,
): Promise<readonly Value[]> {
  const all = Array.from({ length: count }, (_, visitor) => visitor);
  const found: Value[] = [];
  for (let at = 0; at < count; at += 10)
    found.push(...(await Promise.all(all.slice(at, at + 10).map(visit))));
  return found;
}
