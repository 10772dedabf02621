import { inspect } from "node:util";
import { z } from "zod";

const request = z.object({ url: z.string().catch(""), method: z.string().catch("") });

/** What a tail tells of one invocation, as far as it is read here. */
export const tailEvent = z.object({
  outcome: z.string(),
  eventTimestamp: z.number().nullish(),
  logs: z.array(
    z.object({
      level: z.string(),
      message: z.array(z.unknown()).or(z.string()),
      timestamp: z.number().nullish(),
    }),
  ),
  exceptions: z.array(
    z.object({
      name: z.string().catch("Error"),
      message: z.unknown(),
      stack: z.string().optional(),
      timestamp: z.number().nullish(),
    }),
  ),
  scriptVersion: z.object({ id: z.string() }).nullish(),
  event: z
    .object({
      request: request.nullish().catch(undefined),
      response: z.object({ status: z.number() }).nullish().catch(undefined),
      cron: z.string().nullish().catch(undefined),
      queue: z.string().nullish().catch(undefined),
      batchSize: z.number().nullish().catch(undefined),
      rpcMethod: z.string().nullish().catch(undefined),
      scheduledTime: z.unknown().optional(),
    })
    .nullish()
    .catch(undefined),
});
export type TailEvent = z.infer<typeof tailEvent>;

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

export const levelOf = (word: string): Said["level"] => levels[word] ?? "log";

/**
 * What one invocation said and threw, in its order.
 * @param positions places in the bundle → places in the sources
 */
export function linesOf(told: TailEvent, positions: (text: string) => string): readonly Said[] {
  const logged = told.logs.map(({ level, message }): Said => {
    const parts = typeof message === "string" ? [message] : message;
    return { level: levelOf(level), text: parts.map(shown).join(" ") };
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
export const printable = (text: string): string =>
  text.replace(controls, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
