import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { z } from "zod";
import type { Positions } from "../../src/bundle/positions.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { type Account, call } from "./api.ts";

const tail = z.object({ url: z.string() });
const event = z.object({
  outcome: z.string(),
  logs: z.array(z.object({ level: z.string(), message: z.array(z.unknown()).or(z.string()) })),
  exceptions: z.array(
    z.object({ name: z.string().catch("Error"), message: z.unknown(), stack: z.string().optional() }),
  ),
  scriptVersion: z.object({ id: z.string() }),
});

/** One line that a worker said. */
export interface Said {
  readonly level: "debug" | "info" | "log" | "warn" | "error";
  readonly text: string;
}

const levels: Readonly<Record<string, Said["level"]>> = {
  debug: "debug",
  info: "info",
  log: "log",
  warn: "warn",
  error: "error",
};
const retryMs = 500;

export interface Listening {
  /** How to find the API now; it may have been started again. */
  readonly account: () => Account;
  readonly script: string;
  /** Places in the code of a version. */
  readonly positions: (versionId: string) => Positions;
  readonly say: (said: Said) => void;
  /** Why no logs come, said once; undefined when they come again. */
  readonly onState: (trouble: string | undefined) => void;
  readonly signal: AbortSignal;
}

/** Hears a script until the signal: by the tail that `wrangler tail` uses too, made anew when its connection is lost. */
export async function listen({ account, script, positions, say, onState, signal }: Listening): Promise<void> {
  let trouble: string | undefined;
  while (!signal.aborted) {
    const ended = await hear(account(), script, signal, {
      onOpen: () => {
        if (trouble !== undefined) onState(undefined);
        trouble = undefined;
      },
      onEvent: (text) => {
        const told = event.parse(JSON.parse(text));
        for (const said of linesOf(told, positions(told.scriptVersion.id))) say(said);
      },
    });
    if (signal.aborted) return;
    if (trouble === undefined) onState(ended);
    trouble = ended;
    await sleep(retryMs, undefined, { signal }).catch(() => undefined); // woken by the end of the session
  }
}

interface Heard {
  readonly onOpen: () => void;
  readonly onEvent: (text: string) => void;
}

/** One connection, until it ends; says why it did. */
async function hear(account: Account, script: string, signal: AbortSignal, heard: Heard): Promise<string> {
  let url: string;
  try {
    url = tail.parse(await call(account, "POST", `/workers/scripts/${script}/tails`, { filters: [] })).url;
  } catch (error) {
    if (error instanceof UserError) return error.diagnostic.what;
    return error instanceof Error ? error.message : String(error);
  }
  const socket = new WebSocket(url, "trace-v1");
  const close = (): void => socket.close();
  signal.addEventListener("abort", close);
  socket.addEventListener("open", heard.onOpen);
  socket.addEventListener("message", ({ data }) => heard.onEvent(String(data)));
  await new Promise<void>((resolve) => {
    socket.addEventListener("close", () => resolve());
    socket.addEventListener("error", () => resolve());
  });
  signal.removeEventListener("abort", close);
  return "The connection to the embedded Cloudflare was lost";
}

/** What one invocation said and threw, in its order. Places in the bundle become places in the sources. */
export function linesOf(told: z.infer<typeof event>, positions: Positions): readonly Said[] {
  const logged = told.logs.map(({ level, message }): Said => {
    const parts = typeof message === "string" ? [message] : message;
    return { level: levels[level] ?? "log", text: parts.map(shown).join(" ") };
  });
  const thrown = told.exceptions.map(({ name, message, stack }): Said => {
    const text = `Uncaught ${name}: ${shown(message)}${stack === undefined ? "" : `\n${stack}`}`;
    return { level: "error", text: positions(printable(text)) };
  });
  const cut: Said[] =
    told.outcome === "ok" || told.outcome === "exception" || told.outcome === "canceled"
      ? []
      : [{ level: "error", text: `ended: ${told.outcome}` }];
  return [...logged, ...thrown, ...cut];
}

const shown = (value: unknown): string =>
  typeof value === "string" ? printable(value) : inspect(value, { depth: 4, breakLength: 120 });

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A worker may log what strangers sent it: nothing of that moves the cursor. */
const printable = (text: string): string =>
  text.replace(controls, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
