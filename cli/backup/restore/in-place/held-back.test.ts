import { expect, test } from "vitest";
import type { Manifest } from "../../../../src/backup/store/manifest.ts";
import { d1, queue, r2, vectorize } from "../../../../src/index.ts";
import { goesAlong } from "./goes-along.ts";
import { heldBack } from "./held-back.ts";

const index = {
  key: "shop/found",
  physicalName: "found",
  dimensions: 3,
  metric: "cosine",
  description: "",
  metadataIndexes: [{ propertyName: "author", indexType: "String" }],
  content: "vectors" as const,
  vectors: 2,
  unchanged: true,
  without: [],
};
const manifest = (indexes: Manifest["indexes"]): Manifest => ({
  format: "lockstep-manifest/1",
  name: "20261130T120000Z",
  tool: "test",
  ...{ databases: [], namespaces: [], buckets: [], letters: [], classes: [], versions: {}, notInBackup: [] },
  indexes,
});
const shape = { dimensions: 3, metric: "cosine", metadataIndexes: { author: "string" } } as const;

test("a bucket with a host name of its own in the stage keeps its place, and so does what other stages use", () => {
  const domains = { customDomains: { prod: [{ domain: "files.shop.dev", zoneId: "z" }] } };
  expect(heldBack(r2("files", domains), manifest([]), "shop/files", "prod")).toContain("files.shop.dev");
  expect(heldBack(r2("files", domains), manifest([]), "shop/files", "dev")).toBeUndefined();
  expect(heldBack(r2("files", { shared: true }), manifest([]), "shop/files", "dev")).toContain(
    "other stages use it",
  );
});

test("an index takes the place of another only with all of its vectors, and in the shape that is declared", () => {
  const why = (
    declared: Parameters<typeof vectorize>[1],
    entry: Partial<typeof index> | { content: "recipe" },
  ) => heldBack(vectorize("found", declared), manifest([{ ...index, ...entry }]), "shop/found", "prod");
  expect(why(shape, {})).toBeUndefined();
  expect(why(shape, { content: "recipe" })).toContain("its shape alone");
  expect(why({ ...shape, dimensions: 4 }, {})).toBe(
    "the backup's has 3 dimensions, cosine, metadata indexed by author (string), and the project declares 4 dimensions, cosine, metadata indexed by author (string)",
  );
});

test("an index of another model than the one that is declared keeps its place, whatever its shape; where nobody knows the model, the shape counts", () => {
  const select = "SELECT id, text FROM notes";
  const notes = d1("notes", { migrations: "migrations/shop/notes" });
  const why = (model: string, recipe: Manifest["indexes"][number]["recipe"]) =>
    heldBack(
      vectorize("found", { ...shape, recipe: { database: notes, select, model } }),
      manifest([{ ...index, ...(recipe !== undefined && { recipe }) }]),
      "shop/found",
      "prod",
    );
  const recipe = { database: "shop/notes", select, model: "old" };
  expect(why("old", recipe)).toBeUndefined();
  expect(why("new", undefined)).toBeUndefined();
  expect(why("new", recipe)).toContain("was filled by old, and the project declares new");
});

test("what goes along with a bucket is said of each setting that it declares, and of no other", () => {
  expect(goesAlong(r2("files"))).toEqual([]);
  const told = { queue: queue("jobs"), events: ["object-create"] } as const;
  const lines = goesAlong(r2("files", { notifications: [told, told], managedDomain: true })).join("\n");
  expect(lines).toContain("jobs hears of the new bucket's objects");
  expect(lines).toContain("links to the old one end");
  expect(lines).not.toContain("CORS");
});
