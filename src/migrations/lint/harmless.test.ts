import fc from "fast-check";
import { expect, test } from "vitest";
import { sweepLength } from "../../../test/suite/sweep-length.ts";
import { dialects } from "../testing/dialects.ts";
import { harmless } from "../testing/harmless.ts";
import { live } from "../testing/live.ts";

test(`what ${Object.keys(dialects).join(", ")} write is passed and applied when it loses nothing, and every row stays`, () => {
  fc.assert(
    fc.property(harmless, ({ content, file }) => {
      const found = live(content, [file]);
      expect(found.refused).toEqual([]);
      const counts = (): unknown => ["users", "posts"].map((table) => found.rows()[table]?.length);
      const before = counts();
      expect(found.apply(found.linted[0]?.statements ?? [])).toBeUndefined();
      expect(counts()).toEqual(before);
    }),
    { numRuns: sweepLength(60) },
  );
}, 7_200_000);
