import { createHash } from "node:crypto";
import { z } from "zod";
import { type Outcome, read } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { attempts } from "./database.ts";
import { type D1Endpoint, type D1Rows, request } from "./endpoint.ts";
import { joined } from "./transports.ts";

const started = z.object({
  upload_url: z.string().optional(),
  filename: z.string().optional(),
  at_bookmark: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});
const polled = z.object({
  success: z.boolean().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  errors: z.array(z.string()).optional(),
  at_bookmark: z.string().optional(),
});

const pollMs = 500;

/**
 * Runs statements through `/import`: for work that outlasts `/query`'s 30 seconds. The database answers nobody meanwhile,
 * and a failure is taken back by time travel instead of by a transaction. Only by an explicit header of the file.
 */
export async function importStatements(
  endpoint: D1Endpoint,
  statements: readonly string[],
  attempt: string,
  sleep: (ms: number) => Promise<void>,
): Promise<Outcome<readonly D1Rows[]>> {
  // A file that is already stored starts to run at `init`: the attempt's line makes each attempt a file of its own.
  const body = Buffer.from(`-- attempt ${attempt}\n${joined(statements)}\n`);
  const etag = createHash("md5").update(body).digest("hex");
  const init = await request(endpoint, "POST", "/import", { action: "init", etag });
  if (init.kind !== "done") return init;
  const begun = started.safeParse(init.value);
  if (!begun.success) return unknownShape("init");
  let bookmark = begun.data.at_bookmark;
  if (begun.data.upload_url !== undefined && begun.data.filename !== undefined) {
    const failed = await put(begun.data.upload_url, body, etag);
    if (failed !== undefined) throw notUploaded(begun.data.upload_url, failed);
    const ingest = await request(endpoint, "POST", "/import", {
      action: "ingest",
      etag,
      filename: begun.data.filename,
    });
    if (ingest.kind !== "done") return ingest;
    const taken = polled.safeParse(ingest.value);
    if (!taken.success) return unknownShape("ingest");
    bookmark = taken.data.at_bookmark;
    const ended = result(taken.data);
    if (ended !== undefined) return ended;
  }
  for (;;) {
    await sleep(pollMs);
    const poll = await read(
      () => request(endpoint, "POST", "/import", { action: "poll", current_bookmark: bookmark }),
      attempts,
      sleep,
    );
    if (poll.kind === "unknown") return poll;
    if (poll.kind === "refused") return { kind: "unknown", message: poll.message };
    const state = polled.safeParse(poll.value);
    if (!state.success) return unknownShape("poll");
    bookmark = state.data.at_bookmark ?? bookmark;
    const ended = result(state.data);
    if (ended !== undefined) return ended;
  }
}

/** D1 restarted, or has forgotten an import that ended: either way it does not say what became of it. */
const forgotten = /not currently importing/i;

function result(state: z.infer<typeof polled>): Outcome<readonly D1Rows[]> | undefined {
  if (state.status === "complete") return { kind: "done", value: [] };
  const message = state.error ?? state.errors?.join("; ");
  if (message !== undefined && forgotten.test(message)) return { kind: "unknown", message };
  if (state.status === "error" || state.success === false)
    return {
      kind: "refused",
      status: 200,
      code: 7500,
      message: message ?? "the import failed without a text",
    };
  return undefined;
}

const unknownShape = (action: string): Outcome<never> => ({
  kind: "unknown",
  message: `the answer of /import ${action} has an unknown shape`,
});

const notUploaded = (url: string, got: string): UserError =>
  new UserError({
    what: "The file could not be uploaded for its import; nothing of it was applied",
    where: new URL(url).origin,
    got,
    expected: "the upload to be stored as it was sent",
    fix: "check that this machine reaches that address, then run it again",
  });

/** Uploads the file; what went wrong otherwise. Nothing runs before `ingest`, so every failure here is harmless. */
async function put(url: string, body: Buffer, etag: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: "PUT", body });
    if (!response.ok) return `the upload was answered with HTTP ${response.status}`;
    const stored = response.headers.get("etag")?.replaceAll('"', "");
    return stored === etag
      ? undefined
      : `the upload arrived damaged: its etag is ${stored ?? "missing"}, not ${etag}`;
  } catch (error) {
    return `the upload failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
