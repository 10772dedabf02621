import { expect, test } from "vitest";
import { live, plain } from "../testing/live.ts";

const content = `CREATE TABLE plans (id TEXT PRIMARY KEY, owner TEXT NOT NULL, shop TEXT);
CREATE TABLE visits (id INTEGER PRIMARY KEY, plan_id TEXT NOT NULL REFERENCES plans (id));
INSERT INTO plans VALUES ('a', 'o', 's'), ('b', 'p', NULL);
INSERT INTO visits VALUES (1, 'a'), (2, 'b');
`;
const definition = "CREATE TABLE plans (id TEXT PRIMARY KEY, owner TEXT NOT NULL, shop TEXT, more TEXT)";
const away = (stash: string, back: string, between = ""): string =>
  `-- d1:phase contract\nPRAGMA defer_foreign_keys = true;\n${stash};\nDROP TABLE plans;\n${definition};\n${between}${back};\nDROP TABLE stash;`;
const full = "CREATE TABLE stash AS SELECT id, owner, shop FROM plans";
const back = "INSERT INTO plans (id, owner, shop) SELECT id, owner, shop FROM stash";

for (const [name, sql] of Object.entries({
  "a stash by CREATE TABLE AS": away(full, back),
  "a stash with a declaration of its own, and columns by other names": away(
    "CREATE TABLE stash (a TEXT, b TEXT, c TEXT);\nINSERT INTO stash (a, b, c) SELECT id, owner, shop FROM plans",
    "INSERT INTO plans (id, owner, shop) SELECT a, b, c FROM stash",
  ),
  "two rebuilds one after the other": `-- d1:phase contract\n${["one", "two"]
    .map(
      (n) =>
        `CREATE TABLE ${n} (id INTEGER PRIMARY KEY, plan_id TEXT NOT NULL REFERENCES plans (id));\nINSERT INTO ${n} SELECT * FROM visits;\nDROP TABLE visits;\nALTER TABLE ${n} RENAME TO visits;`,
    )
    .join("\n")}`,
})) {
  test(`passed, applied and counted, for the rows come back: ${name}`, () => {
    const found = live(content, [sql]);
    expect(found.refused).toEqual([]);
    const ids = (): unknown => Object.values(found.rows()).map((rows) => rows.length);
    const before = ids();
    const statements = found.linted[0]?.statements ?? [];
    expect(statements.filter((one) => one.includes("would lose rows"))).toHaveLength(2);
    expect(found.apply(statements)).toBeUndefined();
    expect(ids()).toEqual(before);
  });
}

for (const [name, { sql, said }] of Object.entries({
  "only some go into the stash": {
    sql: away(`${full} WHERE shop IS NOT NULL`, back),
    said: /DL5: .*copies with WHERE/,
  },
  "only some come back": { sql: away(full, `${back} LIMIT 1`), said: /DL5: .*copies with LIMIT/ },
  "a column stays in the stash": {
    sql: away(full, "INSERT INTO plans (id, owner) SELECT id, owner FROM stash"),
    said: /DL5: .*does not copy shop/,
  },
  "columns come back in each other's place": {
    sql: away(full, "INSERT INTO plans (id, owner, shop) SELECT id, coalesce(shop, ''), owner FROM stash"),
    said: /DL5: .*fills owner with/,
  },
  "rows of the stash are deleted": {
    sql: away(full, back, "DELETE FROM stash;\n"),
    said: /DL4: DELETE FROM stash/,
  },
  "values of the stash are overwritten": {
    sql: away(full, back, "UPDATE stash SET shop = NULL;\n"),
    said: /DL4: UPDATE stash/,
  },
  "nothing comes back": { sql: away(full, "SELECT 1"), said: /DL1: drops the table/ },
})) {
  test(`refused, for rows or values do not come back: ${name}`, () => {
    const found = live(content, [sql]);
    expect(
      found.refused.some((one) => said.test(one)),
      found.refused.join("\n"),
    ).toBe(true);
  });
}

test("without the deferral the old table cannot be dropped", () => {
  const found = live(content, [away(full, back).replace("PRAGMA defer_foreign_keys = true;\n", "")]);
  expect(found.refused).toEqual([expect.stringMatching(/DL3: dropping plans to rebuild it fails/)]);
  expect(found.apply(plain(away(full, back).replace("PRAGMA defer_foreign_keys = true;\n", "")))).toMatch(
    /FOREIGN KEY/,
  );
});
