import { afterAll, beforeAll, expect, test } from "vitest";
import { readMigration } from "../files/reading.ts";
import { blocking, lint, type Reported } from "../lint/lint.ts";
import { split } from "../sql/split.ts";
import { quoted } from "../sql/structure.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { catalogs } from "./catalog.ts";
import { openStage } from "./replay.ts";
import { closureRebuild, type Recipe } from "./safe-rebuild.ts";
import { openShadow } from "./shadow.ts";

let d1: WorkerdD1;
beforeAll(async () => {
  d1 = await workerdD1();
});
afterAll(() => d1.close());

const actions = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"] as const;
const pragmas: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  nothing: [[], []],
  "foreign_keys off": [["PRAGMA foreign_keys = OFF"], ["PRAGMA foreign_keys = ON"]],
  deferred: [["PRAGMA defer_foreign_keys = ON"], []],
  "deferred and ended": [["PRAGMA defer_foreign_keys = ON"], ["PRAGMA defer_foreign_keys = OFF"]],
  "legacy alter table": [["PRAGMA legacy_alter_table = ON"], ["PRAGMA legacy_alter_table = OFF"]],
};

const family = (action: string): readonly string[] => [
  "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)",
  `CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER DEFAULT 1 REFERENCES p (id) ON DELETE ${action})`,
  "INSERT INTO p VALUES (1, 'a'), (2, 'b')",
  "INSERT INTO c VALUES (10, 1), (11, 1), (12, 2)",
];
const create = "CREATE TABLE p2 (id INTEGER PRIMARY KEY, v TEXT NOT NULL)";
const copy = "INSERT INTO p2 (id, v) SELECT id, v FROM p";
const usual = [create, copy, "DROP TABLE p", "ALTER TABLE p2 RENAME TO p"];
const aside = [
  "ALTER TABLE p RENAME TO p_old",
  "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT NOT NULL)",
  "INSERT INTO p (id, v) SELECT id, v FROM p_old",
  "DROP TABLE p_old",
];

function statements(recipe: Recipe): readonly string[] {
  if (recipe.kind === "impossible") throw new Error(recipe.reason);
  return recipe.statements;
}

function recipeFor(
  before: readonly string[],
  table: string,
  newSql: string,
  newName: string,
  copySql?: string,
): readonly string[] {
  const shadow = openShadow();
  try {
    for (const sql of before) expect(shadow.run(sql).error).toBeUndefined();
    return statements(
      closureRebuild(catalogs(shadow)(), {
        table,
        create: newSql,
        createName: newName,
        ...(copySql === undefined ? {} : { copy: copySql }),
      }),
    );
  } finally {
    shadow.close();
  }
}

/** What is left, told by the failure that undoes it all: so one database serves the whole matrix. */
const state = `SELECT json_extract('{}', (SELECT count(*) FROM c) || ' children, ' || (SELECT count(*) FROM c WHERE id = 10 AND p = 1 OR id = 11 AND p = 1 OR id = 12 AND p = 2) || ' right, refer to ' || (SELECT "table" FROM pragma_foreign_key_list('c')))`;

async function outcome(batch: readonly string[]): Promise<string> {
  try {
    await d1.batch([...batch, state]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return (
      /bad JSON path: '([^']*)'/.exec(message)?.[1] ??
      message.replace(/^D1_ERROR: /, "").replace(/: SQLITE_.*$/, "")
    );
  }
  throw new Error("a batch that must fail was committed");
}

const kept = "3 children, 3 right, refer to p";
const refused = "FOREIGN KEY constraint failed";

/** What the usual rebuild leaves: `DROP TABLE` carries out ON DELETE, whatever the pragmas say. */
function usualOutcome(action: (typeof actions)[number], pragma: string): string {
  switch (action) {
    case "CASCADE":
      return "0 children, 0 right, refer to p";
    case "SET NULL":
      return "3 children, 0 right, refer to p";
    case "SET DEFAULT":
    case "NO ACTION":
    case "RESTRICT":
      return pragma.startsWith("deferred")
        ? action === "SET DEFAULT"
          ? "3 children, 2 right, refer to p"
          : kept
        : refused;
    default:
      return action satisfies never;
  }
}

for (const action of actions) {
  for (const [pragma, [before, after]] of Object.entries(pragmas)) {
    test(`ON DELETE ${action}, ${pragma}: the usual rebuild loses what is expected, the closure rebuild loses nothing`, async () => {
      const around = (middle: readonly string[]) => [...family(action), ...before, ...middle, ...after];
      expect(await outcome(around(usual))).toBe(usualOutcome(action, pragma));
      expect(await outcome(around(aside))).not.toBe(kept);
      expect(await outcome(around(recipeFor(family(action), "p", create, "p2", copy)))).toBe(kept);
    });
  }
}

for (const [form, migration] of Object.entries({ "renamed into place": usual, "renamed aside": aside })) {
  test(`what the linter prints for a rebuild ${form} keeps every row when it is pasted`, async () => {
    const printed =
      findings(family("CASCADE"), migration).find(({ code, waivable }) => code === "DL3" && !waivable)?.fix ??
      "";
    const recipe = split(printed.slice(printed.indexOf("\n"))).pieces.map(({ sql }) => sql);
    expect(recipe.length).toBeGreaterThan(5);
    expect(await outcome([...family("CASCADE"), ...recipe])).toBe(kept);
    expect(await outcome([...family("CASCADE"), ...recipe, "INSERT INTO p (id) VALUES (9)"])).toMatch(
      /NOT NULL constraint failed: p.v/,
    );
  });
}

interface World {
  readonly before: readonly string[];
  readonly table: string;
  readonly create: string;
  readonly name: string;
}

const worlds: Readonly<Record<string, World>> = {
  "three levels, views, triggers, indexes": {
    before: [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)",
      "CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT, p INTEGER NOT NULL REFERENCES p ON DELETE CASCADE, CHECK (c.id > 0))",
      "CREATE TABLE g (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c (id) ON DELETE SET NULL)",
      "CREATE INDEX c_p ON c (p)",
      "CREATE UNIQUE INDEX g_c ON g (c) WHERE c IS NOT NULL",
      "CREATE VIEW v AS SELECT c.id FROM c JOIN p ON p.id = c.p",
      "CREATE VIEW vv AS SELECT * FROM v",
      "CREATE TABLE log (t TEXT)",
      "CREATE TRIGGER c_gone AFTER DELETE ON c BEGIN INSERT INTO log VALUES ('c'); END",
      "CREATE TRIGGER log_p AFTER INSERT ON log BEGIN UPDATE p SET v = 'seen' WHERE id = 1; END",
      "INSERT INTO p VALUES (1, 'a'), (2, 'b')",
      "INSERT INTO c (id, p) VALUES (10, 1), (11, 2), (99, 2)",
      "DELETE FROM c WHERE id = 99",
      "DELETE FROM log WHERE t = 'c'",
      "INSERT INTO g VALUES (1, 10), (2, 11), (3, NULL)",
    ],
    table: "p",
    create: "CREATE TABLE p_new (id INTEGER PRIMARY KEY, v TEXT)",
    name: "p_new",
  },
  "a table that refers to itself": {
    before: [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, up INTEGER REFERENCES p (id) ON DELETE CASCADE)",
      "INSERT INTO p VALUES (1, NULL), (2, 1), (3, 2)",
    ],
    table: "p",
    create:
      "CREATE TABLE p (id INTEGER PRIMARY KEY, up INTEGER REFERENCES p (id) ON DELETE CASCADE, extra TEXT)",
    name: "p",
  },
  "two tables that refer to each other": {
    before: [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, best INTEGER REFERENCES c (id) ON DELETE SET NULL)",
      "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE)",
      "INSERT INTO p VALUES (1, NULL), (2, NULL)",
      "INSERT INTO c VALUES (10, 1), (11, 2)",
      "UPDATE p SET best = id + 9 WHERE id IN (1, 2)",
    ],
    table: "c",
    create:
      "CREATE TABLE fresh (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE, extra TEXT)",
    name: "fresh",
  },
  "names that need quotes, and names that are taken": {
    before: [
      'CREATE TABLE "my ""table" ("a b" INTEGER PRIMARY KEY, "select" TEXT)',
      'CREATE TABLE [order] (id INTEGER PRIMARY KEY, x INTEGER REFERENCES "my ""table" ON DELETE CASCADE ON UPDATE CASCADE)',
      'CREATE TABLE "order__new" (a)',
      `INSERT INTO "my ""table" VALUES (1, ';'), (2, '''')`,
      'INSERT INTO "order" VALUES (5, 1), (6, 2)',
      "INSERT INTO order__new VALUES (1)",
    ],
    table: 'my "table',
    create: 'CREATE TABLE "tmp;" ("a b" INTEGER PRIMARY KEY, "select" TEXT, more)',
    name: "tmp;",
  },
  "names that are words of SQL, references in single quotes, a schema before the name": {
    before: [
      'CREATE TABLE "create" (id INTEGER PRIMARY KEY, "table" TEXT)',
      `CREATE TABLE "if" ("not" INTEGER PRIMARY KEY, "references" INTEGER REFERENCES 'create' (id) ON DELETE CASCADE, CHECK ("if"."not" > 0))`,
      "CREATE TABLE [exists] (k TEXT PRIMARY KEY, [if] INTEGER REFERENCES `if` ON DELETE SET NULL)",
      `INSERT INTO "create" VALUES (1, 'a'), (2, 'b')`,
      'INSERT INTO "if" VALUES (5, 1), (6, 2)',
      "INSERT INTO \"exists\" VALUES ('x', 5), ('y', 6)",
    ],
    table: "create",
    create: 'CREATE TABLE IF NOT EXISTS main."not" (id INTEGER PRIMARY KEY, "table" TEXT, more)',
    name: "not",
  },
  "rows that a search index knows by their rowid": {
    before: [
      "CREATE TABLE p (id TEXT PRIMARY KEY)",
      "CREATE TABLE c (k TEXT PRIMARY KEY, oid TEXT, p TEXT REFERENCES p (id) ON DELETE CASCADE)",
      "CREATE VIRTUAL TABLE words USING fts5 (oid, content='c')",
      "CREATE TRIGGER c_found AFTER INSERT ON c BEGIN INSERT INTO words (rowid, oid) VALUES (new.rowid, new.oid); END",
      "CREATE VIEW found AS SELECT c.k FROM words JOIN c ON c.rowid = words.rowid WHERE words MATCH 'second'",
      "INSERT INTO p VALUES ('p')",
      "INSERT INTO c VALUES ('gone', 'first', 'p'), ('kept', 'second', 'p')",
      "DELETE FROM c WHERE k = 'gone'",
    ],
    table: "p",
    create: "CREATE TABLE p_new (id TEXT PRIMARY KEY NOT NULL)",
    name: "p_new",
  },
  "keys of two columns, generated columns, no rowid, strict": {
    before: [
      "CREATE TABLE p (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID",
      "CREATE TABLE c (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, d INTEGER AS (b * 2), e INTEGER AS (b + 1) STORED, FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE CASCADE) STRICT",
      "INSERT INTO p VALUES ('x', 1), ('y', 2)",
      "INSERT INTO c (id, a, b) VALUES (1, 'x', 1), (2, 'y', 2), (3, NULL, 5)",
    ],
    table: "p",
    create:
      "CREATE TABLE p_new (a TEXT NOT NULL, b INTEGER NOT NULL, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
    name: "p_new",
  },
};

const userObjects = String.raw`FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_cf\_%' ESCAPE '\'`;

for (const [name, world] of Object.entries(worlds)) {
  test(`the closure rebuild keeps every row and object on D1's own engine: ${name}`, async () => {
    await d1.another();
    await d1.batch(world.before);
    const [found = []] = await d1.batch([`SELECT name ${userObjects} AND type IN ('table', 'view')`]);
    const tables = found.map((row) => String(row["name"]));
    const look = async () => ({
      objects: await d1.batch([`SELECT type, name, tbl_name ${userObjects} ORDER BY 1, 2`]),
      others: await d1.batch(
        tables
          .filter((table) => table !== world.table)
          .map((table) => `SELECT * FROM ${quoted(table)} ORDER BY 1`),
      ),
      counted: await d1.batch([`SELECT count(*) AS n FROM ${quoted(world.table)}`]),
      sequences: tables.includes("log")
        ? await d1.batch(["SELECT name, seq FROM sqlite_sequence ORDER BY name"])
        : [],
    });
    const before = await look();
    const recipe = recipeFor(world.before, world.table, world.create, world.name);
    await d1.batch(recipe);
    expect(await look()).toEqual(before);
    expect(await d1.batch(["SELECT * FROM pragma_foreign_key_check"])).toEqual([[]]);
    // What it prints, it has to accept.
    expect(findings(world.before, recipe).map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  });
}

/** What the linter says about statements on a database that others have made. */
function findings(before: readonly string[], statements: readonly string[]): readonly Reported[] {
  const read = (name: string, of: readonly string[]) =>
    readMigration(name, name, new TextEncoder().encode(`${of.join(";\n")};\n`));
  const stage = openStage([]);
  try {
    stage.replay(read("0001_before.sql", before));
    stage.settle();
    return blocking(lint(stage.replay(read("0002_rebuild.sql", statements))));
  } finally {
    stage.close();
  }
}

test("what is printed leaves out indexes that the file makes itself, and those of columns that go", () => {
  const printed = findings(
    [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT, w TEXT)",
      "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE)",
      "CREATE INDEX p_v ON p (v)",
      "CREATE INDEX p_w ON p (w)",
      "CREATE INDEX p_id ON p (id, w)",
    ],
    [
      "CREATE TABLE p2 (id INTEGER PRIMARY KEY, w TEXT)",
      "INSERT INTO p2 (id, w) SELECT id, w FROM p",
      "DROP TABLE p",
      "ALTER TABLE p2 RENAME TO p",
      "CREATE INDEX p_w ON p (w)",
    ],
  ).find(({ code, waivable }) => code === "DL3" && !waivable)?.fix;
  expect(printed?.match(/CREATE INDEX .*/g)).toEqual(["CREATE INDEX p_id ON p (id, w);"]);
});

test("tables that restrict each other's deletion are told to have no rebuild", () => {
  const before = [
    "CREATE TABLE p (id INTEGER PRIMARY KEY, best INTEGER REFERENCES c (id) ON DELETE RESTRICT)",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE RESTRICT)",
  ];
  expect(() =>
    recipeFor(before, "p", "CREATE TABLE p2 (id INTEGER PRIMARY KEY, best INTEGER)", "p2"),
  ).toThrow(/RESTRICT/);
});
