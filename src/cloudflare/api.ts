import { z } from "zod";
import { embeddedShell, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import type { Connection } from "./connection.ts";
import { send } from "./http.ts";

/** Cloudflare said no. The message is its own, with the request that it answers. */
export class ApiError extends Error {
  readonly status: number;
  readonly codes: readonly number[];
  constructor(status: number, codes: readonly number[], message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.codes = codes;
  }
}

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});

/** One call of Cloudflare's v4 API; `path` begins with `/accounts`. Gives the result, unparsed. */
export async function call(
  connection: Connection,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<unknown> {
  const sent = await send(connection, method, path, body);
  if (sent.kind === "noAnswer")
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
  const { status, text } = sent;
  const answer = envelope.safeParse(json(text));
  if (status < 300 && answer.success && answer.data.success) return answer.data.result;
  const errors = answer.success ? answer.data.errors : [];
  const said =
    errors.map((error) => `${error.message} (code ${error.code})`).join("; ") ||
    text.slice(0, 300) ||
    "an empty body";
  throw new ApiError(
    status,
    errors.map((error) => error.code),
    `${method} ${path}: ${status}: ${said}`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
