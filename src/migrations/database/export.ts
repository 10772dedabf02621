import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { read } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { type D1Endpoint, request } from "./endpoint.ts";

const state = z.object({
  at_bookmark: z.string().optional(),
  status: z.string().optional(),
  success: z.boolean().optional(),
  error: z.string().optional(),
  result: z.object({ signed_url: z.string() }).optional(),
});

const pollMs = 300;

/**
 * These tables of a database as SQL text, through `/export`, with the indexes, views and triggers of the database. D1 answers no other query while
 * it exports. Never to be asked of a database with virtual tables (FTS5).
 */
export async function exportSql(
  endpoint: D1Endpoint,
  label: string,
  tables: readonly string[],
): Promise<string> {
  let bookmark: string | undefined;
  for (;;) {
    const body = {
      output_format: "polling",
      dump_options: { tables },
      ...(bookmark === undefined ? {} : { current_bookmark: bookmark }),
    };
    const outcome = await read(() => request(endpoint, "POST", "/export", body));
    if (outcome.kind !== "done") throw failed(label, outcome.message);
    const parsed = state.safeParse(outcome.value);
    if (!parsed.success) throw failed(label, "an answer of an unknown shape");
    const { result, status, error, at_bookmark: at, success } = parsed.data;
    if (result !== undefined) return download(result.signed_url, label);
    if (status === "error" || success === false) throw failed(label, error ?? "an error without a text");
    bookmark = at ?? bookmark;
    await sleep(pollMs);
  }
}

async function download(url: string, label: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw failed(label, `HTTP ${response.status} for the finished export`);
  return response.text();
}

const failed = (label: string, got: string): UserError =>
  new UserError({
    what: "The database could not be exported",
    where: label,
    got,
    expected: "a copy of it as SQL",
    fix: "try again at a quiet moment; a database with virtual tables (FTS5) cannot be exported by D1 at all",
  });
