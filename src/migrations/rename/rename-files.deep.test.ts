import { expect, test } from "vitest";
import { checkRenames } from "../testing/same-under-both-names.ts";

test(
  "a thousand random tables are renamed without a lost value, a wrong answer or a refused statement",
  {
    timeout: 600_000,
  },
  () => {
    expect(checkRenames(1000).get("renamed")).toBeGreaterThan(500);
  },
);
