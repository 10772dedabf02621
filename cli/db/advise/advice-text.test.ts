import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advise } from "../../../src/migrations/cost/advice.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { replay } from "../../../src/migrations/plan/replayed.ts";
import { type WorkerdD1, workerdD1 } from "../../../src/migrations/testing/workerd-d1.ts";
import { packageRoot } from "../../../toolchain/package-root.ts";
import { adviceText } from "./advice-text.ts";

let d1: WorkerdD1;
beforeAll(async () => {
  d1 = await workerdD1();
});
afterAll(() => d1?.close());

test("what docs/migrations.md shows of `db advise` is what it says of the guide's database with 48,213 notes", async () => {
  const files = readFolder(join(packageRoot, "docs/examples/guide/migrations/notes/notes"));
  const replayed = replay(files);
  const schema = replayed.kind === "schema" ? replayed.schema : [];
  await d1.batch([
    ...files.flatMap(({ statements }) => statements.map(({ sql }) => sql)),
    "INSERT INTO notes SELECT i, 'text', 1, 'author' || i FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48213) SELECT i FROM n)",
  ]);
  const database = queryDatabase(
    { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" },
    "notes/notes",
  );
  const asked = [
    { sql: "SELECT id, text FROM notes WHERE author = ? ORDER BY id DESC", workers: ["notes-api"] },
    { sql: "SELECT text FROM notes WHERE id = ?", workers: ["notes-api"] },
    { sql: "SELECT count(*) FROM notes", workers: ["notes-api"] },
  ];
  const text = adviceText(
    "notes/notes",
    asked.length,
    await advise(database, { today: schema, planned: schema }, asked),
  );
  const page = readFileSync(join(packageRoot, "docs/migrations.md"), "utf8");
  expect(page.split("## What a query costs")[1]?.split("\n## ")[0]).toContain(
    `\`\`\`text\n${text.trimEnd()}\n\`\`\``,
  );
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
