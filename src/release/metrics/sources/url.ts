import { exchange } from "../../../cloudflare/exchange.ts";
import type { Secret, UrlSource } from "../../../declare/index.ts";
import { parsedJson } from "../../../files/json.ts";
import type { Read } from "../../gates/reading.ts";
import { type Asked, valueIn } from "./asked.ts";
import { figuresIn } from "./figures-in.ts";
import { pointedAt } from "./pointer.ts";

/** What the reader of a URL needs to know of its stage. */
export interface UrlPlace {
  readonly stage: string;
  /** The value of a secret of the stack, or what stands in for it. Throws UserError where there is neither. */
  readonly secret: (secret: Secret) => Promise<string>;
}

/**
 * Asks a URL for JSON. What it throws names neither a header's value nor what is behind the `?`: an answer may repeat them, so none
 * of it is told. A redirect is not followed: it would carry the headers elsewhere.
 */
export async function readUrl(
  { url, query, headers, reads, timeoutSeconds }: UrlSource,
  asked: Asked,
  { stage, secret }: UrlPlace,
): Promise<Read> {
  const address = new URL(typeof url === "string" ? url : (url.values[stage] ?? ""));
  for (const [name, value] of Object.entries(query))
    address.searchParams.append(name, String(valueIn(value, asked)));
  const sent: Record<string, string> = { accept: "application/json" };
  for (const [name, value] of Object.entries(headers))
    sent[name.toLowerCase()] =
      typeof value === "object" && "secret" in value ? await secret(value) : String(valueIn(value, asked));
  const answer = await exchange(address.href, { headers: sent, timeoutMs: timeoutSeconds * 1000 });
  if (answer.kind === "noAnswer") throw new Error(answer.message);
  const where = `${address.origin}${address.pathname}`;
  if (answer.status !== 200) throw new Error(`${where} answered with status ${answer.status}`);
  const body = parsedJson(answer.text);
  if (body === undefined) throw new Error(`${where} answered what is no JSON`);
  return figuresIn(reads, (pointer) => pointedAt(body, pointer));
}
