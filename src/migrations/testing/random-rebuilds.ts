import fc from "fast-check";

/** A database with rows, and a file without a header that rebuilds one of its tables, as one that loses something unsaid or not. */
export interface RandomRebuild {
  readonly setUp: readonly string[];
  readonly migration: readonly string[];
}

const types = ["TEXT", "INTEGER", "REAL", "BLOB", "NUMERIC", "VARCHAR(20)", ""] as const;
const strictTypes = ["TEXT", "INTEGER", "REAL", "BLOB", "ANY"] as const;
const actions = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL"] as const;

interface RandomColumn {
  readonly name: string;
  readonly type: number;
  readonly notNull: boolean;
  readonly unique: "" | "UNIQUE" | "UNIQUE ON CONFLICT IGNORE" | "UNIQUE ON CONFLICT REPLACE";
  readonly fallback: "" | "'d'" | "7" | "NULL" | "(1 + 1)" | "CURRENT_DATE" | "'CURRENT_DATE'";
  readonly collate: "" | "NOCASE" | "RTRIM";
  readonly check: "" | "length(§) < 9" | "§ IS NOT 'bad'" | "§ IN ('x', 'X', 'y', 1, 2) OR § IS NULL";
}

interface RandomShape {
  readonly columns: readonly RandomColumn[];
  readonly key:
    | "INTEGER PRIMARY KEY"
    | "INTEGER PRIMARY KEY AUTOINCREMENT"
    | "TEXT PRIMARY KEY"
    | "INT PRIMARY KEY";
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly together: boolean;
  readonly parent: { readonly onDelete: (typeof actions)[number]; readonly deferred: boolean } | undefined;
  readonly generated: "" | "VIRTUAL" | "STORED";
}

const column = (name: string): fc.Arbitrary<RandomColumn> =>
  fc.record({
    name: fc.constant(name),
    type: fc.nat({ max: 6 }),
    notNull: fc.boolean(),
    unique: fc.constantFrom("", "", "", "UNIQUE", "UNIQUE ON CONFLICT IGNORE", "UNIQUE ON CONFLICT REPLACE"),
    fallback: fc.constantFrom("", "", "'d'", "7", "NULL", "(1 + 1)", "CURRENT_DATE", "'CURRENT_DATE'"),
    collate: fc.constantFrom("", "", "NOCASE", "RTRIM"),
    check: fc.constantFrom(
      "",
      "",
      "length(§) < 9",
      "§ IS NOT 'bad'",
      "§ IN ('x', 'X', 'y', 1, 2) OR § IS NULL",
    ),
  });

const shape: fc.Arbitrary<RandomShape> = fc.record({
  columns: fc.tuple(column("a"), column("b"), column("c")),
  key: fc.constantFrom(
    "INTEGER PRIMARY KEY",
    "INTEGER PRIMARY KEY",
    "INTEGER PRIMARY KEY AUTOINCREMENT",
    "TEXT PRIMARY KEY",
    "INT PRIMARY KEY",
  ),
  strict: fc.boolean(),
  withoutRowid: fc.boolean(),
  together: fc.boolean(),
  parent: fc.option(fc.record({ onDelete: fc.constantFrom(...actions), deferred: fc.boolean() }), {
    nil: undefined,
  }),
  generated: fc.constantFrom("", "", "VIRTUAL", "STORED"),
});

function create(name: string, of: RandomShape): string {
  const words = of.columns.map(({ name: own, type, notNull, unique, fallback, collate, check }) =>
    [
      own,
      of.strict ? strictTypes[type % strictTypes.length] : types[type],
      notNull ? "NOT NULL" : "",
      unique,
      fallback === "" ? "" : `DEFAULT ${fallback}`,
      collate === "" ? "" : `COLLATE ${collate}`,
      check === "" ? "" : `CHECK (${check.replaceAll("§", own)})`,
    ]
      .filter((word) => word !== "")
      .join(" "),
  );
  const all = [
    `id ${of.key}`,
    ...words,
    ...(of.parent === undefined
      ? []
      : [
          `p INTEGER REFERENCES parents (id) ON DELETE ${of.parent.onDelete}${of.parent.deferred ? " DEFERRABLE INITIALLY DEFERRED" : ""}`,
        ]),
    ...(of.generated === "" ? [] : [`g TEXT AS (id || 'g') ${of.generated}`]),
    ...(of.together ? ["UNIQUE (a, c)"] : []),
  ];
  const options = [
    ...(of.strict ? ["STRICT"] : []),
    ...(of.withoutRowid && !of.key.endsWith("AUTOINCREMENT") ? ["WITHOUT ROWID"] : []),
  ];
  return `CREATE TABLE ${name} (${all.join(", ")}) ${options.join(", ")}`.trim();
}

const objects = [
  "CREATE INDEX i_a ON things (a)",
  "CREATE UNIQUE INDEX i_b ON things (b)",
  "CREATE UNIQUE INDEX i_part ON things (c) WHERE a IS NOT NULL",
  "CREATE INDEX i_low ON things (lower(b), c DESC)",
  "CREATE TRIGGER g_log AFTER INSERT ON things BEGIN INSERT INTO log (what) VALUES ('in ' || new.id); END",
  "CREATE TRIGGER g_no BEFORE UPDATE OF b ON things WHEN new.b IS 'no' BEGIN SELECT RAISE(ABORT, 'never'); END",
  "CREATE VIEW seen AS SELECT id, a, b FROM things",
];

/** The new shape: what the old one was, but for a few things, asked for by numbers. */
function altered(of: RandomShape, changes: readonly number[]): RandomShape {
  let shape = of;
  for (const n of changes) shape = change(shape, n);
  return shape;
}

function change(now: RandomShape, n: number): RandomShape {
  const at = n % 3;
  const put = (other: Partial<RandomColumn>): RandomShape => ({
    ...now,
    columns: now.columns.map((one, i) => (i === at ? { ...one, ...other } : one)),
  });
  const own = now.columns[at];
  switch (Math.floor(n / 3) % 14) {
    case 0:
      return put({ notNull: own?.notNull !== true });
    case 1:
      return put({ unique: own?.unique === "" ? "UNIQUE" : "" });
    case 2:
      return put({ fallback: "" });
    case 3:
      // A default where there was none takes nothing away.
      return put({
        fallback: own?.fallback === "CURRENT_DATE" ? "'CURRENT_DATE'" : own?.fallback === "" ? "" : "7",
      });
    case 4:
      return put({ collate: own?.collate === "" ? "NOCASE" : "" });
    case 5:
      return put({ check: own?.check === "" ? "§ IS NOT 'bad'" : "" });
    case 6:
      return put({ type: ((own?.type ?? 0) + 1 + (n % 5)) % 7 });
    case 7:
      return put({ unique: "UNIQUE ON CONFLICT IGNORE" });
    case 8:
      return { ...now, strict: !now.strict };
    case 9:
      return { ...now, withoutRowid: !now.withoutRowid };
    case 10:
      return { ...now, together: !now.together };
    case 11:
      return {
        ...now,
        parent: now.parent === undefined ? { onDelete: "CASCADE", deferred: false } : undefined,
      };
    case 12:
      return { ...now, generated: now.generated === "" ? "VIRTUAL" : "" };
    default:
      return { ...now, key: now.key === "INTEGER PRIMARY KEY" ? "INT PRIMARY KEY" : "INTEGER PRIMARY KEY" };
  }
}

const values = ["'x'", "'X'", "'y'", "NULL", "1", "2", "'007'", "'long enough'", "1.5", "X'00'"] as const;

/** Ways in which people rebuild a table; `fresh` is its new definition under another name. */
function rebuilds(
  fresh: (name: string) => string,
  names: readonly string[],
  style: number,
): readonly string[] {
  const columns = names.join(", ");
  switch (style) {
    case 0:
      return [
        "ALTER TABLE things RENAME TO aside",
        fresh("things"),
        `INSERT INTO things (${columns}) SELECT ${columns} FROM aside`,
        "DROP TABLE aside",
      ];
    case 1:
      return [
        `CREATE TABLE stash AS SELECT ${columns} FROM things`,
        "DROP TABLE things",
        fresh("things"),
        `INSERT INTO things (${columns}) SELECT ${columns} FROM stash`,
        "DROP TABLE stash",
      ];
    default:
      return [
        fresh("__new_things"),
        `INSERT INTO __new_things (${columns}) SELECT ${columns} FROM things`,
        "DROP TABLE things",
        "ALTER TABLE __new_things RENAME TO things",
      ];
  }
}

/** A table of every kind of column and constraint, with rows, and a rebuild that may change some of it. */
export const randomRebuild: fc.Arbitrary<RandomRebuild> = fc
  .record({
    old: shape,
    changes: fc.array(fc.nat({ max: 41 }), { maxLength: 2 }),
    made: fc.subarray(objects),
    forgotten: fc.array(fc.nat({ max: 6 }), { maxLength: 1 }),
    rows: fc.array(fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(...values))), { maxLength: 5 }),
    style: fc.nat({ max: 4 }),
    oneByOne: fc.boolean(),
  })
  .map(({ old, changes, made, forgotten, rows, style }) => {
    const names = ["id", "a", "b", "c", ...(old.parent === undefined ? [] : ["p"])];
    const now = altered(old, changes);
    const kept = now.parent === undefined ? names.filter((name) => name !== "p") : names;
    const again = made.filter((_, i) => !forgotten.includes(i));
    // A view over a dropped table stops its rename.
    const view = made.filter((sql) => sql.startsWith("CREATE VIEW")).map(() => "DROP VIEW seen");
    return {
      setUp: [
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "INSERT INTO parents VALUES (1), (2)",
        "CREATE TABLE log (what TEXT)",
        create("things", old),
        ...made,
        ...rows.map(
          (row, i) => `INSERT OR IGNORE INTO things (id, a, b, c) VALUES (${i + 1}, ${row.join(", ")})`,
        ),
        ...(old.parent === undefined ? [] : ["UPDATE things SET p = 1 WHERE id < 3"]),
      ],
      migration: [
        ...view,
        ...rebuilds(
          (name) => create(name, now),
          kept.filter((name) => names.includes(name)),
          style,
        ),
        ...again,
      ],
    };
  });
