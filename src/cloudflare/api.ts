import { embeddedShell, sentence } from "../diagnostic/sentence.ts";
import { type Diagnostic, Refused, UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { type Note, parseEnvelope } from "./envelope.ts";
import { type Method, send } from "./http.ts";
import { refusedRequest } from "./refused-request.ts";

/** Cloudflare said no. The message has its own words, with the request that they answer. */
export class ApiError extends Refused {
  readonly status: number;
  readonly codes: readonly number[];
  /** Cloudflare's words alone. */
  readonly texts: readonly string[];
  readonly diagnostic: Diagnostic;
  constructor(asked: string, status: number, errors: readonly Note[], text: string) {
    const said = errors
      .map(({ code, message }) => (code === undefined ? message : `${message} (code ${code})`))
      .join("; ");
    const answer = said || text.slice(0, 300) || "an empty body";
    super(`${asked}: ${status}: ${answer}`);
    this.name = "ApiError";
    this.status = status;
    this.codes = errors.flatMap(({ code }) => code ?? []);
    this.texts = errors.map(({ message }) => message);
    this.diagnostic = refusedRequest(asked, status, answer);
  }
}

/** One call of Cloudflare's v4 API; `path` begins with `/accounts`. Gives the result, unparsed. Throws {@link ApiError}, and UserError when nobody answers. */
export async function call(
  connection: Connection,
  method: Method,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const sent = await send(connection, method, path, body, headers);
  if (sent.kind === "answer") return resultOf(`${method} ${path}`, sent);
  throw new UserError({
    what: "Cloudflare's API gave no answer",
    where: `${method} ${path}`,
    got: sent.message,
    expected: "an answer",
    fix:
      connection.front === undefined
        ? "check the network, then run again"
        : sentence`the embedded Cloudflare may have ended; start it: ${embeddedShell}, then run again`,
  });
}

/** The result in an answer; throws {@link ApiError} where there is none. */
export function resultOf(asked: string, { status, text }: { status: number; text: string }): unknown {
  const envelope = parseEnvelope(text);
  if (status < 300 && envelope?.success) return envelope.result;
  throw new ApiError(asked, status, envelope?.errors ?? [], text);
}
