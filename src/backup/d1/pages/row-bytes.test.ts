import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonArray, lastIn, rowBytes, rowEnd, rowsIn } from "./row-bytes.ts";

const bytesOf = (rows: readonly string[]): ReturnType<typeof rowBytes> =>
  rowBytes(Buffer.from(JSON.stringify(rows.join(rowEnd)).slice(1, -1)));

test("rows in bytes are the same rows, one by one, as JSON, and as lines", () => {
  const row = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom('"', "\\", "\n", "\t", "\0", "\u001f", "u001e", "é", "漢", "🎉", "'", ","),
    }),
  );
  const rows = fc.array(
    // With the sign of the end, of a broken text or of a long value in front they are read as strings.
    row.map((text) => `1,${text.replaceAll(rowEnd, "").replaceAll("\uFFFD", "")}`),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(rows, (all) => {
      const bytes = bytesOf(all);
      if (bytes === undefined) throw new Error("they are not found");
      expect(rowsIn(bytes)).toEqual(all);
      expect(lastIn(bytes)).toBe(all.at(-1));
      expect(bytes.lines.toString()).toBe(all.map((each) => `${each}\n`).join(""));
      expect(jsonArray(bytes, "<", ">").toString()).toMatch(/^<\[.*\]>$/s);
      expect(JSON.parse(jsonArray(bytes, "", "").toString())).toEqual(all);
    }),
    { numRuns: 300 },
  );
});

test("what is no whole row, and what JSON escapes by a number above ASCII, is left to those who read strings", () => {
  for (const rows of [["1,a", "?2"], ["?1"], ["1,\uFFFD"], ["1,\uD800"]])
    expect(bytesOf(rows)).toBeUndefined();
});
