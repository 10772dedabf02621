import type { BucketEvent } from "../../../src/declare/stores/bucket-notification.ts";
import type { R2ReconciliationEnv } from "../../../src/systems/portfolio.ts";

/** What one run found. */
export interface Found {
  readonly objects: number;
  /** Objects that the database does not have, or has in another version. */
  readonly queued: number;
  /** Documents whose object is gone. */
  readonly missing: number;
}

interface Row {
  readonly id: string;
  readonly r2_key: string;
  readonly content_hash: string;
  readonly status: string;
  readonly updated_at: string;
}

/** As many as R2 lists at a time, and as many rows. */
const largestPage = 1_000;
/** Messages in one call of a queue's sendBatch, and statements in one batch of D1. */
const perCall = 100;
/** A document that is being processed for longer than this was given up by whoever did. */
const longestProcessingMs = 15 * 60 * 1_000;
const keysInALine = 20;

/**
 * Holds the bucket against the database. Both sides are read in the order of their keys (byte by byte in both), a page of objects
 * and the rows of the same range at a time, so that neither is ever in memory whole.
 */
export async function reconcile(
  env: R2ReconciliationEnv,
  { pageSize = largestPage, now = Date.now() }: { readonly pageSize?: number; readonly now?: number } = {},
): Promise<Found> {
  const started = new Date(now).toISOString();
  let [objects, queued, missing] = [0, 0, 0];
  let after = "";
  for (let cursor: string | undefined, more = true; more; ) {
    const page: R2Objects = await env.DOCUMENTS_BUCKET.list({
      prefix: env.PREFIX,
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    cursor = page.truncated ? page.cursor : undefined;
    more = page.truncated;
    const through = page.truncated ? page.objects.at(-1)?.key : undefined;
    const found = new Map(page.objects.map((object) => [object.key, object]));
    const wanted = new Map(found);
    for await (const rows of pagesBetween(env, { after, through, pageSize })) {
      const lost = rows.filter(({ r2_key }) => !found.has(r2_key));
      await report(env, lost, started);
      missing += lost.length;
      for (const row of rows) {
        const object = found.get(row.r2_key);
        if (object !== undefined && isUpToDate(row, object, now)) wanted.delete(row.r2_key);
      }
    }
    await queue(env, [...wanted.values()]);
    objects += page.objects.length;
    queued += wanted.size;
    after = through ?? after;
  }
  await env.DB.prepare("DELETE FROM missing_objects WHERE last_seen_at < ?").bind(started).run();
  return { objects, queued, missing };
}

/** A failed document stays so until its object changes: the same bytes would fail again. */
const isUpToDate = (row: Row, object: R2Object, now: number): boolean =>
  row.content_hash === object.etag &&
  (row.status === "ready" ||
    row.status === "failed" ||
    now - Date.parse(row.updated_at) < longestProcessingMs);

/** The rows of this stage's documents in a range of keys, `after` left out and `through` included, a page at a time. */
async function* pagesBetween(
  { DB, PREFIX }: R2ReconciliationEnv,
  {
    after,
    through,
    pageSize,
  }: { readonly after: string; readonly through: string | undefined; readonly pageSize: number },
): AsyncGenerator<readonly Row[]> {
  for (let last = after; ; ) {
    const { results } = await DB.prepare(
      `SELECT id, r2_key, content_hash, status, updated_at FROM documents
WHERE r2_key > ?1 AND r2_key >= ?2 AND substr(r2_key, 1, length(?2)) = ?2 AND (?3 IS NULL OR r2_key <= ?3)
ORDER BY r2_key LIMIT ?4`,
    )
      .bind(last, PREFIX, through ?? null, pageSize)
      .all<Row & Record<string, unknown>>();
    yield results;
    if (results.length < pageSize) return;
    last = results.at(-1)?.r2_key ?? last;
  }
}

async function report({ DB }: R2ReconciliationEnv, rows: readonly Row[], at: string): Promise<void> {
  if (rows.length === 0) return;
  const keys = rows.map(({ r2_key }) => r2_key);
  const more = keys.length > keysInALine ? ` and ${keys.length - keysInALine} more` : "";
  console.warn(`in the database and not in the bucket: ${keys.slice(0, keysInALine).join(", ")}${more}`);
  const put = DB.prepare(
    "INSERT INTO missing_objects (r2_key, document_id, first_seen_at, last_seen_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (r2_key) DO UPDATE SET document_id = excluded.document_id, last_seen_at = excluded.last_seen_at",
  );
  const statements = rows.map(({ r2_key, id }) => put.bind(r2_key, id, at));
  for (let from = 0; from < statements.length; from += perCall)
    await DB.batch(statements.slice(from, from + perCall));
}

async function queue({ PROCESSING_QUEUE }: R2ReconciliationEnv, objects: readonly R2Object[]): Promise<void> {
  const messages = objects.map(
    ({ key, size, etag, uploaded }): MessageSendRequest<BucketEvent> => ({
      // As R2 would have told it.
      body: {
        account: "",
        action: "PutObject",
        bucket: "portfolio-documents",
        object: { key, size, eTag: etag },
        eventTime: uploaded.toISOString(),
      },
    }),
  );
  for (let from = 0; from < messages.length; from += perCall)
    await PROCESSING_QUEUE.sendBatch(messages.slice(from, from + perCall));
}
