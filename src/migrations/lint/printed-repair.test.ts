import fc from "fast-check";
import { expect, test } from "vitest";
import { type Live, live } from "../testing/live.ts";
import { randomCase } from "../testing/random-migrations.ts";

const marker = "it keeps every row:\n";

const rowsOf = ({ rows }: Live): unknown =>
  Object.entries(rows()).filter(([name]) => name !== "sqlite_schema");

test("a printed rebuild, put in the place of a refused one, passes the linter and is applied", () => {
  let tried = 0;
  fc.assert(
    fc.property(randomCase, ({ setUp }) => {
      const content = `${setUp.join(";\n")};\n`;
      const table = setUp[0] ?? "";
      const columns = "uid, id, n, s, p";
      const create = table
        .replace("CREATE TABLE t0", "CREATE TABLE fresh")
        .replace("s TEXT", "s TEXT DEFAULT 'new'");
      const first = live(content, [
        `-- d1:phase contract\n${create};\nINSERT INTO fresh (${columns}) SELECT ${columns} FROM t0;\nDROP TABLE t0;\nALTER TABLE fresh RENAME TO t0;`,
      ]);
      const printed = first.linted.flatMap(({ findings }) =>
        findings.flatMap(({ fix }) =>
          fix.includes(marker) ? [fix.slice(fix.indexOf(marker) + marker.length)] : [],
        ),
      );
      const [repair] = printed;
      if (repair === undefined) return;
      tried++;
      const again = live(content, [`-- d1:phase contract\n${repair}`]);
      expect(again.refused).toEqual([]);
      const before = rowsOf(again);
      expect(again.apply(again.linted[0]?.statements ?? [])).toBeUndefined();
      expect(rowsOf(again)).toEqual(before);
    }),
    { numRuns: 150 },
  );
  expect(tried).toBeGreaterThan(10);
});
