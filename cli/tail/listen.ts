import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { parsedJson } from "../../src/files/json.ts";
import { type TailEvent, tailEvent } from "./event.ts";

/** A tail that was made: where it is heard. */
export interface OpenTail {
  readonly url: string;
  /** Takes it away. @default - it goes with its connection */
  readonly remove?: () => Promise<unknown>;
}

export interface Listening {
  /** Makes a tail of the script. It is made anew when its connection is lost. */
  readonly open: () => Promise<OpenTail>;
  readonly onEvent: (told: TailEvent) => void;
  /** Why no logs come, said once; undefined when they come again. */
  readonly onState: (trouble: string | undefined) => void;
  readonly signal: AbortSignal;
  /** The longest time between two attempts. @default 500 */
  readonly maxRetryMs?: number;
}

const retryMs = 500;

/** Hears a script until the signal: by the tail that `wrangler tail` uses too. */
export async function listen({
  open,
  onEvent,
  onState,
  signal,
  maxRetryMs = retryMs,
}: Listening): Promise<void> {
  let trouble: string | undefined;
  let waitMs = retryMs;
  while (!signal.aborted) {
    const ended = await hear(open, signal, {
      onOpen: () => {
        waitMs = retryMs;
        if (trouble !== undefined) onState(undefined);
        trouble = undefined;
      },
      onEvent: (text) => {
        const told = tailEvent.safeParse(parsedJson(text));
        if (told.success) onEvent(told.data);
        else onState(`an event that cannot be read: ${told.error.issues[0]?.message ?? "no JSON"}`);
      },
    });
    if (signal.aborted) return;
    if (trouble === undefined) onState(ended);
    trouble = ended;
    await sleep(waitMs, undefined, { signal }).catch(() => undefined); // woken by the end
    waitMs = Math.min(waitMs * 2, maxRetryMs);
  }
}

interface Heard {
  readonly onOpen: () => void;
  readonly onEvent: (text: string) => void;
}

/** One connection, until it ends; says why it did. */
async function hear(open: () => Promise<OpenTail>, signal: AbortSignal, heard: Heard): Promise<string> {
  let tail: OpenTail;
  try {
    tail = await open();
  } catch (error) {
    if (error instanceof UserError) return error.diagnostic.what;
    return error instanceof Error ? error.message : String(error);
  }
  const socket = new WebSocket(tail.url, "trace-v1");
  const close = (): void => socket.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  socket.addEventListener("open", heard.onOpen);
  socket.addEventListener("message", ({ data }) => {
    void textOf(data).then(heard.onEvent);
  });
  await new Promise<void>((resolve) => {
    socket.addEventListener("close", () => resolve());
    socket.addEventListener("error", () => resolve());
  });
  signal.removeEventListener("abort", close);
  await tail.remove?.().catch(() => undefined); // it ends by itself after six hours
  return "The connection to its logs was lost";
}

/** Cloudflare sends its messages as bytes. */
const textOf = async (data: unknown): Promise<string> => (data instanceof Blob ? data.text() : String(data));
