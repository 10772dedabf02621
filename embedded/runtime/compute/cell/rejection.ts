import { z } from "zod";

/** Escape sequences of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const ansi = /\u001b\[[0-9;]*m/g;
const logLineSchema = z.object({ level: z.string(), message: z.string() });

/**
 * What workerd says about an upload that it does not start, without our paths, colours and Miniflare's advice.
 * Undefined when the failure is not the upload's.
 */
export function rejection(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const text = error.message.replace(ansi, "");
  if (error.code === "ERR_MODULE_PARSE") return text.replace(/^Unable to parse "\/?([^"]*)": /, "$1: ");
  if (error.code !== "ERR_RUNTIME_FAILURE") return undefined;
  const messages = text.split("\n").flatMap((line) => message(line) ?? []);
  if (messages.length === 0 || messages.some((m) => m.includes("core:user:link"))) return undefined;
  return messages.join("\n");
}

/** workerd's own log is one JSON object a line; Miniflare's words around it are not. */
function message(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = logLineSchema.safeParse(value);
  if (!parsed.success) return undefined;
  return parsed.data.message
    .replace(/^service core:user:user: /, "")
    .replaceAll('"core:user:user"', "this Worker")
    .replaceAll("core:user:user", "this Worker")
    .replaceAll("file:///", "");
}
