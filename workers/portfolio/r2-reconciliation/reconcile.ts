import type { BucketEvent } from "../../../src/declare/bucket-notification.ts";
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
}

/** As many as R2 lists at a time. */
const objectsPerPage = 1_000;
const rowsPerPage = 1_000;
/** Messages in one call of a queue's sendBatch. */
const messagesPerCall = 100;
/** A document that is being processed for longer than this was given up by whoever did. */
const longestProcessingMs = 15 * 60 * 1_000;

/**
 * Both sides are read in the order of their keys (byte by byte in both), a page of objects and the rows of the same range at a
 * time, so neither is ever in memory whole.
 */
export async function reconcile(
  env: R2ReconciliationEnv,
  { pageSize = objectsPerPage, now = Date.now() }: { readonly pageSize?: number; readonly now?: number } = {},
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
    const known = new Set<string>();
    for await (const row of rowsBetween(env, after, through)) {
      const object = found.get(row.r2_key);
      if (object === undefined) {
        missing++;
        await report(env, row, started);
      } else if (isUpToDate(row, object, now)) known.add(row.r2_key);
    }
    const wanted = page.objects.filter(({ key }) => !known.has(key));
    await queue(env, wanted);
    objects += page.objects.length;
    queued += wanted.length;
    after = through ?? after;
  }
  await env.DB.prepare("DELETE FROM missing_objects WHERE last_seen_at < ?").bind(started).run();
  return { objects, queued, missing };
}

/** A failed document stays so until its object changes: the same bytes would fail again. */
const isUpToDate = (row: Row & { readonly updated_at: string }, object: R2Object, now: number): boolean =>
  row.content_hash === object.etag &&
  (row.status === "ready" ||
    row.status === "failed" ||
    now - Date.parse(row.updated_at) < longestProcessingMs);

/** The rows of this stage's documents in a range of keys, `after` left out and `through` included, a page at a time. */
async function* rowsBetween(
  env: R2ReconciliationEnv,
  after: string,
  through: string | undefined,
): AsyncGenerator<Row & { readonly updated_at: string }> {
  for (let last = after; ; ) {
    const { results } = await env.DB.prepare(
      `SELECT id, r2_key, content_hash, status, updated_at FROM documents
WHERE r2_key > ?1 AND substr(r2_key, 1, length(?2)) = ?2 AND (?3 IS NULL OR r2_key <= ?3) ORDER BY r2_key LIMIT ?4`,
    )
      .bind(last, env.PREFIX, through ?? null, rowsPerPage)
      .all<Row & { readonly updated_at: string }>();
    yield* results;
    if (results.length < rowsPerPage) return;
    last = results.at(-1)?.r2_key ?? last;
  }
}

async function report(env: R2ReconciliationEnv, row: Row, at: string): Promise<void> {
  console.warn(`${row.r2_key} is in the database and not in the bucket (document ${row.id})`);
  await env.DB.prepare(
    "INSERT INTO missing_objects (r2_key, document_id, first_seen_at, last_seen_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (r2_key) DO UPDATE SET document_id = excluded.document_id, last_seen_at = excluded.last_seen_at",
  )
    .bind(row.r2_key, row.id, at)
    .run();
}

async function queue(env: R2ReconciliationEnv, objects: readonly R2Object[]): Promise<void> {
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
  for (let at = 0; at < messages.length; at += messagesPerCall)
    await env.PROCESSING_QUEUE.sendBatch(messages.slice(at, at + messagesPerCall));
}
