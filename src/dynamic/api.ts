import { z } from "zod";
import type { Connection } from "../migrations/connection.ts";

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
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${connection.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${connection.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = envelope.safeParse(json(text));
  if (response.ok && answer.success && answer.data.success) return answer.data.result;
  const errors = answer.success ? answer.data.errors : [];
  const said =
    errors.map((error) => `${error.message} (code ${error.code})`).join("; ") ||
    text.slice(0, 300) ||
    "an empty body";
  throw new ApiError(
    response.status,
    errors.map((error) => error.code),
    `${method} ${path}: ${response.status}: ${said}`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
