import { exchange } from "../../src/cloudflare/exchange.ts";

/** What a visitor sends. */
export interface Sent {
  /** @default GET, or POST with a body */
  readonly method?: string;
  readonly json?: unknown;
  /** With the content-type that it is sent as. */
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The text, parsed. Throws where it is no JSON. */
  readonly json: () => unknown;
}

/** Somebody with a browser: keeps the cookies of the one site that it visits, and follows no redirect. */
export interface Visitor {
  readonly ask: (path: string, sent?: Sent) => Promise<Got>;
}

/** @param site `http://jobmatch-dev.dev.localhost:8787` */
export function visitor(site: string): Visitor {
  const cookies = new Map<string, string>();
  return {
    async ask(path, { method, json, body } = {}) {
      const content = json === undefined ? body?.content : JSON.stringify(json);
      const type = json === undefined ? body?.type : "application/json";
      const got = await exchange(new URL(path, site).href, {
        method: method ?? (content === undefined ? "GET" : "POST"),
        headers: {
          ...(type !== undefined && { "content-type": type }),
          ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }),
        },
        ...(content !== undefined && { body: content }),
        timeoutMs: 30_000,
      });
      if (got.kind === "noAnswer") throw new Error(got.message);
      for (const cookie of got.headers["set-cookie"] ?? []) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      const { status, headers, text } = got;
      return { status, headers, text, json: (): unknown => JSON.parse(text) };
    },
  };
}
