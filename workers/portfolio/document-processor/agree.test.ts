import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testStores } from "../testing/stores.ts";
import { agree } from "./agree.ts";
import { keep } from "./dead-letters.ts";

let all: Awaited<ReturnType<typeof testStores>>;
let kept = new Map<string, unknown>();
beforeAll(async () => {
  all = await testStores();
});
beforeEach(async () => {
  kept = new Map();
  await all.empty();
});
afterAll(() => all.close());

/** What a Durable Object's storage is to `agree`. */
const memory = {
  get: async (key: string) => kept.get(key),
  put: async (key: string, value: unknown) => void kept.set(key, value),
  deleteAll: async () => kept.clear(),
};
const key = "documents/acme/plan.md";
const run = () => agree(all.stores, memory, key);
const put = (text: string | Uint8Array) => all.stores.DOCUMENTS_BUCKET.put(key, text);
const documents = () => all.rows("SELECT title, company, company_id, status, error, content FROM documents");
/** Text of so many pieces. */
const text = (pieces: number, word = "word") =>
  Array.from({ length: pieces }, (_, i) => `${i} ${`${word} `.repeat(130)}`.trim()).join("\n\n");

test("an object becomes a document with its company, its chunks and a vector for each", async () => {
  await put("One.\n\nTwo.");
  expect(await run()).toEqual({ state: "ready", chunks: 1 });
  expect(await documents()).toEqual([
    {
      title: "plan",
      company: "acme",
      company_id: "acme",
      status: "ready",
      error: null,
      content: "One.\n\nTwo.",
    },
  ]);
  const [chunk] = await all.rows("SELECT id, content, tokens FROM chunks");
  expect(chunk).toMatchObject({ content: "One.\n\nTwo.", tokens: 3 });
  expect([...all.vectors]).toEqual([chunk?.id]);
});

test("the same object again is no work, and another one under its key replaces it, also where it is shorter", async () => {
  await put(text(5));
  expect(await run()).toEqual({ state: "ready", chunks: 5 });
  expect(await run()).toEqual({ state: "ready", chunks: 5 });
  expect(all.embedded).toHaveLength(1);
  await put(text(2, "else"));
  expect(await run()).toEqual({ state: "ready", chunks: 2 });
  expect(all.vectors.size).toBe(2);
  expect(await all.rows("SELECT count(*) AS n, sum(content LIKE '%else%') AS others FROM chunks")).toEqual([
    { n: 2, others: 2 },
  ]);
});

test("whoever is interrupted goes on where he was, unless the object has changed meanwhile", async () => {
  await put(text(250));
  all.failNext(1);
  await expect(run()).rejects.toThrow("the model is away");
  const interrupted = { ...all.stores.AI };
  all.stores.AI.run = async (model, given) => {
    if (all.embedded.length === 1) throw new Error("the model is away");
    return interrupted.run(model, given);
  };
  await expect(run()).rejects.toThrow("the model is away");
  expect(kept.get("progress")).toMatchObject({ next: 100 });
  expect(await documents()).toMatchObject([{ status: "processing" }]);
  all.stores.AI.run = interrupted.run;
  expect(await run()).toEqual({ state: "ready", chunks: 250 });
  expect(all.embedded.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(kept.size).toBe(0);
  await put(text(3));
  kept.set("progress", { hash: "of another object", next: 2 });
  expect(await run()).toEqual({ state: "ready", chunks: 3 });
  expect(all.embedded.at(-1)).toHaveLength(3);
});

test("a deleted object leaves nothing, however often that is told", async () => {
  await put(text(120));
  await run();
  await all.stores.DOCUMENTS_BUCKET.delete(key);
  expect(await run()).toEqual({ state: "removed" });
  expect(await run()).toEqual({ state: "removed" });
  expect([await documents(), await all.rows("SELECT 1 FROM chunks"), all.vectors.size]).toEqual([[], [], 0]);
});

test("what is no text, or too long for a row, is said in its row, and no longer answered from", async () => {
  await put("fine");
  await run();
  await put(new Uint8Array([0xff, 0xfe, 0x00]));
  expect(await run()).toEqual({ state: "failed", error: "not a text in UTF-8" });
  expect(await documents()).toMatchObject([
    { status: "failed", error: "not a text in UTF-8", content: null },
  ]);
  expect(all.vectors.size).toBe(0);
  await put("x".repeat(1_000_001));
  expect(await run()).toEqual({ state: "failed", error: "1000001 bytes, at most 1000000" });
  await put("fine again");
  expect(await run()).toEqual({ state: "ready", chunks: 1 });
});

test("a document and a company that a taken over database has already keep their ids", async () => {
  const { DB } = all.stores;
  await DB.batch(
    [
      "INSERT INTO companies VALUES ('c7', 'acme')",
      `INSERT INTO documents (id, company_id, title, r2_key, content_hash, status, created_at, updated_at) VALUES ('d7', 'c7', 'Old', '${key}', 'h', 'ready', '2025', '2025')`,
    ].map((sql) => DB.prepare(sql)),
  );
  await put("new words");
  expect(await run()).toEqual({ state: "ready", chunks: 1 });
  expect(await all.rows("SELECT id, company_id FROM documents")).toEqual([{ id: "d7", company_id: "c7" }]);
  expect([...all.vectors]).toEqual(["d7#0"]);
});

test("a dead letter is kept once, with the error of its document, and one that names none as well", async () => {
  await put(new Uint8Array([0xff]));
  await run();
  const message = { id: "m1", body: { action: "PutObject", object: { key } } };
  await keep(all.stores.DB, message);
  await keep(all.stores.DB, message);
  await keep(all.stores.DB, { id: "m2", body: "nonsense" });
  expect(await all.rows("SELECT id, r2_key, error, body FROM dead_letters ORDER BY id")).toEqual([
    { id: "m1", r2_key: key, error: "not a text in UTF-8", body: JSON.stringify(message.body) },
    { id: "m2", r2_key: null, error: null, body: '"nonsense"' },
  ]);
});
