import { expect, test } from "vitest";
import { costLines, type Work } from "./cost.ts";

const work: Work = {
  size: { rows: 10_000, texts: 8_000, characters: 4_000_000 },
  selection: { key: "id", sortsAll: false },
  model: "@cf/baai/bge-base-en-v1.5",
  dimensions: 768,
  already: 0,
  rate: 10,
  samples: 50,
  database: "shop/notes",
};

test("before anything is made it says what is read, embedded and stored, and how long it takes at least", () => {
  expect(costLines(work)).toEqual([
    "D1:         about 50,000 rows read of shop/notes: 10,000 rows, each counted once, read 3 times at least, and once for the samples",
    "Workers AI: 8,000 texts in 80 requests, and those that change meanwhile; 50 more to compare by; about 1,000,000 tokens, which are about 6,060 neurons",
    "Vectorize:  6,144,000 dimensions stored, beside those of the old index until that is deleted",
    "time:       14 min at least, at --rate 10; then as long as Vectorize takes to carry it out",
  ]);
});

test("what is embedded already costs nothing again; an order that no index has is told with what it costs", () => {
  const [reads, sorted, texts] = costLines({
    ...work,
    already: 6_000,
    model: "@cf/other/model",
    selection: { key: "slug", sortsAll: true },
  });
  expect(reads).toContain("about 1,540,000 rows read");
  expect(sorted).toMatch(/order of slug.* it would be 50,000$/);
  expect(texts).toMatch(
    /^Workers AI: 2,000 texts in 20 requests.* about 250,000 tokens \(what this model costs/,
  );
  expect(costLines({ ...work, size: { rows: 0, texts: 0, characters: 0 } })[3]).toMatch(/^time: +0 s/);
});
