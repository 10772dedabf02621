import { randomBytes } from "node:crypto";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, type Reply, type Route } from "../http/service.ts";

/** Where uploads for imports and results of exports lie: an ordinary bucket of the stores that has no name. */
const bucket = "lockstep-d1-transfers";

export const importKey = (database: string, etag: string): string => `import/${database}/${etag}`;
export const exportKey = (database: string, filename: string): string => `export/${database}/${filename}`;

const validMs = 60 * 60_000;

interface Ticket {
  readonly key: string;
  readonly use: "upload" | "download";
  readonly untilMs: number;
}

const tickets = new WeakMap<World, Map<string, Ticket>>();

/** An address that needs no token, for an hour: whoever knows it may use it, as with an address that R2 signed. */
export function signedUrl(world: World, use: Ticket["use"], key: string): string {
  const known = tickets.get(world) ?? new Map<string, Ticket>();
  tickets.set(world, known);
  const nowMs = Date.now();
  for (const [id, { untilMs }] of known) if (untilMs < nowMs) known.delete(id);
  const id = randomBytes(24).toString("base64url");
  known.set(id, { key, use, untilMs: nowMs + validMs });
  return `${world.origin()}/lockstep/d1/transfer?ticket=${id}`;
}

export const keep = (world: World, key: string, sql: Uint8Array | Blob): Promise<unknown> =>
  world.stores.r2.put(bucket, key, sql, { httpMetadata: {}, customMetadata: {} });

export async function kept(world: World, key: string): Promise<Uint8Array | undefined> {
  return (await world.stores.r2.get(bucket, key))?.body;
}

/** Forgets the transfers of a database, or those of one kind that are older than an hour. */
export async function forget(world: World, prefix: string, olderThanMs = 0): Promise<void> {
  const { objects } = await world.stores.r2.list(bucket, { prefix });
  for (const { key, uploadedMs } of objects)
    if (uploadedMs <= Date.now() - olderThanMs) await world.stores.r2.delete(bucket, key);
}

function ticketOf(request: ApiRequest, world: World, use: Ticket["use"]): Ticket {
  const found = tickets.get(world)?.get(request.url.searchParams.get("ticket") ?? "");
  if (found === undefined || found.use !== use || found.untilMs < Date.now())
    throw new ApiError(403, 10018, "Request has expired");
  return found;
}

/** Cloudflare's limit on a file. */
const maximumImportBytes = 5 * 1024 ** 3;

async function upload(request: ApiRequest, world: World): Promise<Reply> {
  const { key } = ticketOf(request, world, "upload");
  const sql = await request.spooled();
  const etag = sql.md5;
  // Under what it is, not under what was announced: a file that was damaged on the way is never executed.
  await keep(world, key.replace(/[^/]+$/, etag), sql.blob).finally(sql.close);
  return { kind: "raw", status: 200, headers: { etag: `"${etag}"` }, body: "" };
}

async function download(request: ApiRequest, world: World): Promise<Reply> {
  const { key } = ticketOf(request, world, "download");
  const sql = await kept(world, key);
  if (sql === undefined) throw new ApiError(404, 10007, "The specified key does not exist.");
  return { kind: "raw", status: 200, headers: { "content-type": "application/sql" }, body: sql };
}

const path = "/lockstep/d1/transfer";
export const transferRoutes: readonly Route[] = [
  {
    method: "PUT",
    path,
    permission: undefined,
    auth: "signed",
    body: { maximumBytes: maximumImportBytes },
    handle: upload,
  },
  { method: "GET", path, permission: undefined, auth: "signed", handle: download },
];

/** An answer waits this long for a small job to be done, which spares the client a round. */
const patienceMs = 1_000;

/** The outcome when it comes soon; undefined when the client has to ask again. */
export async function soon(outcome: Promise<object>): Promise<object | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const wait = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([outcome, wait]);
  } finally {
    clearTimeout(timer);
  }
}
