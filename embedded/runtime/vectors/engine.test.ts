import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { openState, type State } from "../../state.ts";
import { hashAi } from "../ai/hash.ts";
import { runAi } from "../ai/run.ts";
import type { Metric, Vector, VectorEngine, VectorQuery } from "../vectors.ts";
import { openVectors } from "./engine.ts";

let state: State;
let engine: VectorEngine;
beforeEach(() => {
  state = openState(":memory:");
  engine = openVectors({ state });
  engine.create("i", { dimensions: 3, metric: "cosine" });
});

const ask = (vector: VectorQuery["vector"], more: Partial<VectorQuery> = {}): VectorQuery => ({
  vector,
  topK: 5,
  returnValues: false,
  returnMetadata: "none",
  ...more,
});
const ids = (query: VectorQuery, index = "i"): string[] =>
  engine.query(index, query).matches.map((m) => m.id);
const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof Error && "code" in error ? `${error.code}: ${error.message}` : error;
  }
  return "accepted";
};

/** What each metric means, written down once more in the plainest way. */
const plain: Record<
  Metric,
  { score: (a: readonly number[], b: readonly number[]) => number; nearerIsGreater: boolean }
> = {
  cosine: {
    score: (a, b) =>
      sum(a.map((x, i) => x * (b[i] ?? 0))) / Math.sqrt(sum(a.map((x) => x * x)) * sum(b.map((x) => x * x))),
    nearerIsGreater: true,
  },
  euclidean: {
    score: (a, b) => Math.sqrt(sum(a.map((x, i) => (x - (b[i] ?? 0)) ** 2))),
    nearerIsGreater: false,
  },
  "dot-product": { score: (a, b) => -sum(a.map((x, i) => x * (b[i] ?? 0))), nearerIsGreater: false },
};
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

test.each([
  "cosine",
  "euclidean",
  "dot-product",
] as const)("%s finds exactly the nearest, with the score Vectorize defines", (metric) => {
  const value = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
  const vector = fc.array(value, { minLength: 4, maxLength: 4 }).filter((v) => v.some((x) => x !== 0));
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: 1, maxLength: 40 }),
      vector,
      fc.integer({ min: 1, max: 10 }),
      (stored, asked, topK) => {
        const index = `p${Math.random()}`;
        engine.create(index, { dimensions: 4, metric });
        engine.write(
          index,
          "insert",
          stored.map((values, i) => ({ id: String(i), values })),
        );
        const { score, nearerIsGreater } = plain[metric];
        const expected = stored
          .map((values) => score(asked, values))
          .sort((a, b) => (nearerIsGreater ? b - a : a - b))
          .slice(0, topK);
        const { matches } = engine.query(index, ask(asked, { topK }));
        expect(matches.length).toBe(expected.length);
        for (const [i, match] of matches.entries()) {
          expect(match.score).toBeCloseTo(expected[i] ?? Number.NaN, 5);
          expect(match.score).toBeCloseTo(score(asked, stored[Number(match.id)] ?? []), 5);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("insert keeps the vector that is there, upsert replaces it as a whole", () => {
  engine.write("i", "insert", [{ id: "a", values: [1, 0, 0], metadata: { n: 1 } }]);
  engine.write("i", "insert", [{ id: "a", values: [0, 1, 0], metadata: { n: 2 } }]);
  expect(engine.getByIds("i", ["a"])).toEqual([{ id: "a", values: [1, 0, 0], metadata: { n: 1 } }]);
  engine.write("i", "upsert", [{ id: "a", values: [0, 1, 0], namespace: "n" }]);
  expect(engine.getByIds("i", ["a", "missing"])).toEqual([{ id: "a", values: [0, 1, 0], namespace: "n" }]);
  expect(engine.info("i").vectorCount).toBe(1);
});

test("every operator filters, nested keys too, and only properties with a metadata index do", () => {
  engine.createMetadataIndex("i", "lang", "string");
  engine.createMetadataIndex("i", "size.cm", "number");
  engine.createMetadataIndex("i", "old", "boolean");
  const rows: Vector[] = [
    { id: "a", values: [1, 0, 0], metadata: { lang: "da", size: { cm: 1 }, old: true, free: "x" } },
    { id: "b", values: [1, 0, 0], metadata: { lang: "en", size: { cm: 2 }, old: false, free: "x" } },
    { id: "c", values: [1, 0, 0], metadata: { lang: "fi", size: { cm: 3 } } },
    { id: "d", values: [1, 0, 0] },
  ];
  engine.write("i", "insert", rows);
  const found = (filter: unknown): string => ids(ask([1, 0, 0], { filter })).join("");
  expect(found({ lang: "da" })).toBe("a");
  expect(found({ lang: { $eq: "en" } })).toBe("b");
  expect(found({ lang: { $ne: "en" } })).toBe("acd");
  expect(found({ lang: { $in: ["da", "fi"] } })).toBe("ac");
  expect(found({ lang: { $nin: ["da", "fi"] } })).toBe("bd");
  expect(found({ lang: { $gte: "e", $lt: "f" } })).toBe("b");
  expect(found({ "size.cm": { $gt: 1 } })).toBe("bc");
  expect(found({ "size.cm": { $gte: 2, $lte: 2 } })).toBe("b");
  expect(found({ "size.cm": { $lt: 2 } })).toBe("a");
  expect(found({ "size.cm": { $lt: "2" } })).toBe("");
  expect(found({ old: false })).toBe("b");
  expect(found({ lang: "da", old: false })).toBe("");
  expect(found({ free: "x" })).toBe("");
});

test("a vector that was written before its metadata index is not in it until it is written again", () => {
  engine.write("i", "insert", [{ id: "a", values: [1, 0, 0], metadata: { lang: "da" } }]);
  engine.createMetadataIndex("i", "lang", "string");
  expect(ids(ask([1, 0, 0], { filter: { lang: "da" } }))).toEqual([]);
  engine.write("i", "upsert", [{ id: "a", values: [1, 0, 0], metadata: { lang: "da" } }]);
  expect(ids(ask([1, 0, 0], { filter: { lang: "da" } }))).toEqual(["a"]);
  engine.deleteMetadataIndex("i", "lang");
  expect(ids(ask([1, 0, 0], { filter: { lang: "da" } }))).toEqual([]);
});

test("metadata comes back whole, only the indexed part (first 64 bytes), or not at all", () => {
  engine.createMetadataIndex("i", "title", "string");
  engine.write("i", "insert", [{ id: "a", values: [1, 0, 0], metadata: { title: "æ".repeat(40), free: 1 } }]);
  const metadata = (returnMetadata: VectorQuery["returnMetadata"]) =>
    engine.query("i", ask([1, 0, 0], { returnMetadata })).matches[0]?.metadata;
  expect(metadata("all")).toEqual({ title: "æ".repeat(40), free: 1 });
  expect(metadata("indexed")).toEqual({ title: "æ".repeat(32) });
  expect(metadata("none")).toBeUndefined();
  expect(ids(ask([1, 0, 0], { filter: { title: "æ".repeat(40) } }))).toEqual(["a"]);
});

test("a namespace separates", () => {
  engine.write("i", "insert", [
    { id: "a", values: [1, 0, 0], namespace: "n1" },
    { id: "b", values: [1, 0, 0], namespace: "n2" },
    { id: "c", values: [1, 0, 0] },
  ]);
  expect(ids(ask([1, 0, 0], { namespace: "n2" }))).toEqual(["b"]);
  expect(ids(ask([1, 0, 0]))).toEqual(["a", "b", "c"]);
});

test("a query by id uses the stored vector", () => {
  engine.write("i", "insert", [
    { id: "a", values: [1, 0, 0] },
    { id: "b", values: [0.9, 0.1, 0] },
  ]);
  expect(ids(ask({ vectorId: "b" }, { topK: 1 }))).toEqual(["b"]);
  expect(refusal(() => engine.query("i", ask({ vectorId: "zz" })))).toContain("not found");
});

test("what Vectorize refuses is refused in its words, and then nothing is written", () => {
  const good = { id: "good", values: [1, 2, 3] };
  const cases: [Vector, string][] = [
    [
      { id: "z", values: [1] },
      '40012: invalid vector for id="z", expected 3 dimensions, and got 1 dimensions',
    ],
    [{ id: "ø".repeat(33), values: [1, 2, 3] }, "40008: id too long; max is 64 bytes, got 66 bytes"],
    [
      { id: "z", values: [1, Number.NaN, 3] },
      '40012: invalid vector for id="z", every value must be a finite 32-bit number',
    ],
    [
      { id: "z", values: [1, 2, 3], metadata: { text: "x".repeat(11_000) } },
      '40012: invalid vector for id="z", metadata too large; max is 10240 bytes, got 11011 bytes',
    ],
  ];
  for (const [bad, text] of cases) expect(refusal(() => engine.write("i", "upsert", [good, bad]))).toBe(text);
  expect(engine.info("i").vectorCount).toBe(0);
  expect(refusal(() => engine.query("i", ask([1, 2])))).toBe(
    "40006: invalid query vector, expected 3 dimensions, and got 2 dimensions",
  );
  expect(refusal(() => engine.query("i", ask([1, 2, 3], { topK: 101 })))).toBe(
    "40025: max top K is 100, but got 101",
  );
  expect(refusal(() => engine.query("i", ask([1, 2, 3], { topK: 51, returnMetadata: "all" })))).toBe(
    "40025: with returnValues=true or returnMetadata=all, max top K is 50, but got 51; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed",
  );
  expect(refusal(() => engine.getByIds("i", Array.from({ length: 21 }, String)))).toBe(
    "40007: too many ids in payload; max id count is 20, got 21",
  );
  expect(refusal(() => engine.query("i", ask([1, 2, 3], { filter: {} })))).toContain(
    "40026: invalid query: filter must be a non-empty object",
  );
  expect(refusal(() => engine.query("i", ask([1, 2, 3], { filter: { a: { $like: 1 } } })))).toContain(
    "$like",
  );
});

test("listing pages through every id once", () => {
  engine.write(
    "i",
    "insert",
    Array.from({ length: 7 }, (_, n) => ({ id: `v${n}`, values: [1, 0, 0] })),
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = engine.list("i", { count: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.ids);
    cursor = page.cursor;
    expect(page.total).toBe(7);
  } while (cursor !== undefined);
  expect(seen).toEqual(["v0", "v1", "v2", "v3", "v4", "v5", "v6"]);
});

test("an index that one AI backend filled refuses the embeddings of another, and says how to go on", async () => {
  engine.create("notes", { dimensions: 800, metric: "cosine" });
  const embed = async (backend: string, text: string): Promise<number[]> => {
    const answer = await runAi(
      { ai: { ...hashAi(), name: backend }, vectors: engine },
      "@cf/baai/bge-base-en-v1.5",
      { text: [text] },
    );
    const value = answer.kind === "json" ? answer.value : undefined;
    if (typeof value !== "object" || value === null || !("data" in value) || !Array.isArray(value.data))
      throw new Error("no embedding");
    return [...value.data[0], ...new Array(32).fill(0)];
  };
  const own = Array.from({ length: 800 }, (_, i) => i);
  engine.write("notes", "insert", [{ id: "from elsewhere", values: own }]);
  engine.write("notes", "insert", [{ id: "a", values: await embed("hash", "a note") }]);
  const other = await embed("endpoint:http://127.0.0.1:1/v1", "another note");
  expect(refusal(() => engine.write("notes", "insert", [{ id: "b", values: other }]))).toContain("--ai hash");
  expect(refusal(() => engine.query("notes", ask(other)))).toContain(
    'this index holds embeddings of the AI backend "hash"',
  );
  expect(engine.query("notes", ask(own)).count).toBe(2);
  const restarted = openVectors({ state });
  restarted.remember("endpoint:http://127.0.0.1:1/v1", [other]);
  expect(refusal(() => restarted.query("notes", ask(other)))).toContain(
    'embeddings of the AI backend "hash"',
  );
  engine.deleteByIds("notes", ["a", "from elsewhere"]);
  engine.write("notes", "insert", [{ id: "b", values: other }]);
  expect(engine.query("notes", ask(other)).count).toBe(1);
});

test("ten thousand vectors of 768 dimensions answer while one waits", () => {
  engine.create("big", { dimensions: 768, metric: "cosine" });
  const random = fc.sample(fc.integer({ min: -1000, max: 1000 }), { numRuns: 768 * 2, seed: 7 });
  const vector = (n: number): number[] =>
    Array.from({ length: 768 }, (_, i) => (random[(i * (n + 1)) % random.length] ?? 0) + n / 10_000);
  for (let batch = 0; batch < 10; batch++)
    engine.write(
      "big",
      "insert",
      Array.from({ length: 1000 }, (_, i) => ({
        id: `${batch * 1000 + i}`,
        values: vector(batch * 1000 + i),
      })),
    );
  expect(ids(ask(vector(4321), { topK: 1 }), "big")).toEqual(["4321"]);
  expect(engine.info("big").vectorCount).toBe(10_000);
});
