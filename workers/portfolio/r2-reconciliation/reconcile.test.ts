import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { testStores } from "../testing/stores.ts";
import { reconcile } from "./reconcile.ts";

let all: Awaited<ReturnType<typeof testStores>>;
let queued: string[] = [];
const calls: number[] = [];
beforeAll(async () => {
  all = await testStores();
});
beforeEach(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  queued = [];
  calls.length = 0;
  await all.empty();
});
afterAll(() => all.close());

const now = Date.parse("2026-06-01T12:00:00Z");
const run = (options = {}) =>
  reconcile(
    {
      ...all.stores,
      PREFIX: "documents/",
      PROCESSING_QUEUE: {
        async sendBatch(
          messages: readonly { readonly body: { readonly object: { readonly key: string } } }[],
        ) {
          calls.push(messages.length);
          queued.push(...messages.map(({ body }) => body.object.key));
        },
      },
    },
    { now, pageSize: 2, ...options },
  );
const put = async (key: string) => (await all.stores.DOCUMENTS_BUCKET.put(key, key)).etag;
const row = (key: string, hash: string, status = "ready", minutesAgo = 60) =>
  all.stores.DB.prepare(
    "INSERT INTO documents (id, title, r2_key, content_hash, status, created_at, updated_at) VALUES (?1, 't', ?1, ?2, ?3, '2025', ?4)",
  )
    .bind(key, hash, status, new Date(now - minutesAgo * 60_000).toISOString())
    .run();
const missing = () =>
  all.rows("SELECT r2_key, first_seen_at, last_seen_at FROM missing_objects ORDER BY r2_key");

test("what the database does not have as it is in the bucket is queued, page by page", async () => {
  await row("documents/a", await put("documents/a"));
  await put("documents/b");
  await put("documents/c");
  await row("documents/c", "of an earlier object");
  await row("documents/ä", await put("documents/ä"), "processing", 60);
  await row("documents/e", await put("documents/e"), "processing", 1);
  await row("documents/f", await put("documents/f"), "failed");
  await put("documents/𝕏");
  await put("test-ann/of another stage.md");
  expect(await run()).toEqual({ objects: 7, queued: 4, missing: 0 });
  expect(queued).toEqual(["documents/b", "documents/c", "documents/ä", "documents/𝕏"]);
});

test("what lost its object is reported until it has one again or is gone, and another stage's is left alone", async () => {
  for (const key of ["documents/a", "documents/m", "documents/z"]) await row(key, "h");
  await row("test-ann/x", "h");
  await put("documents/b");
  await put("documents/n");
  await put("documents/o");
  expect(await run()).toMatchObject({ missing: 3 });
  const seen = "2026-06-01T12:00:00.000Z";
  expect(await missing()).toEqual(
    ["documents/a", "documents/m", "documents/z"].map((r2_key) => ({
      r2_key,
      first_seen_at: seen,
      last_seen_at: seen,
    })),
  );
  await put("documents/m");
  await all.stores.DB.prepare("DELETE FROM documents WHERE id = 'documents/z'").run();
  const later = now + 3_600_000;
  expect(await run({ now: later })).toMatchObject({ missing: 1 });
  expect(await missing()).toEqual([
    { r2_key: "documents/a", first_seen_at: seen, last_seen_at: new Date(later).toISOString() },
  ]);
});

test("an empty bucket and an empty database are held against each other without a message", async () => {
  expect(await run()).toEqual({ objects: 0, queued: 0, missing: 0 });
  await row("documents/a", "h");
  expect(await run()).toEqual({ objects: 0, queued: 0, missing: 1 });
  expect(calls).toEqual([]);
});

test("a queue is sent no more than a hundred messages at a time", async () => {
  await Promise.all(Array.from({ length: 105 }, (_, i) => put(`documents/${i}`)));
  expect(await run({ pageSize: 1_000 })).toEqual({ objects: 105, queued: 105, missing: 0 });
  expect(calls).toEqual([100, 5]);
});
