import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { assertion } from "../sql/literals.ts";
import { normalised } from "../sql/tokens.ts";
import { type Live, live } from "./live.ts";
import { type RandomRebuild, randomRebuild } from "./random-rebuilds.ts";

/** What code may say to the table: with another answer after a migration, something was lost or broken. */
const uses: readonly string[] = [
  "SELECT id, a, b, c, typeof(id), typeof(a), typeof(b), typeof(c) FROM things ORDER BY id",
  "SELECT p FROM things ORDER BY id",
  "SELECT g FROM things ORDER BY id",
  "SELECT count(*) FROM things WHERE a = 'X'",
  "SELECT count(*) FROM things WHERE b = 'X'",
  "SELECT count(*) FROM things WHERE c = 'x  '",
  "SELECT count(*) FROM seen",
  "SELECT id FROM things ORDER BY rowid",
  "INSERT INTO things DEFAULT VALUES RETURNING a, b, c",
  "INSERT INTO things (a, b, c) VALUES ('n1', 'n2', 'n3') RETURNING id, typeof(id)",
  "INSERT INTO things (id, a, b, c) VALUES (NULL, 'n1', 'n2', 'n3') RETURNING id",
  ...["a", "b", "c"].flatMap((column) => {
    const other = ["a", "b", "c"].filter((name) => name !== column);
    const put = (value: string, more: string): string =>
      `INSERT INTO things (id, ${column}, ${other.join(", ")}) VALUES (${value === "" ? "70" : `70, ${value}`}, ${more}) RETURNING id, a, b, c`;
    return [
      `INSERT INTO things (id, ${other.join(", ")}) VALUES (70, 'n1', 'n2') RETURNING a, b, c`,
      ...["NULL", "'bad'", "'x'", "'X'", "'x  '", "'007'", "'much too long for it'", "7", "1.5", "X'00'"].map(
        (value) => put(value, "'n1', 'n2'"),
      ),
      `UPDATE things SET ${column} = 'no' WHERE id = 1 RETURNING a, b, c`,
      `INSERT INTO things (id, ${column}, ${other.join(", ")}) SELECT 70, ${column}, 'n1', 'n2' FROM things WHERE id = 1 RETURNING a, b, c`,
      `INSERT INTO things (id, a, b, c) VALUES (70, 'x', 'n1', 'n2') ON CONFLICT (${column}) DO NOTHING`,
    ];
  }),
  "INSERT INTO things (id, a, b, c) SELECT 70, a, 'n1', c FROM things WHERE id = 1 RETURNING a",
  "INSERT INTO things (id, a, b, c) SELECT 70, 'n1', 'n2', c FROM things WHERE id = 2 RETURNING c",
  "INSERT INTO things (id, a, b, c) SELECT id, 'n1', 'n2', 'n3' FROM things WHERE id = 1 RETURNING a",
  "INSERT INTO things (id, a, b, c, p) VALUES (70, 'n1', 'n2', 'n3', 99) RETURNING p",
  "DELETE FROM parents WHERE id = 1 RETURNING (SELECT count(*) FROM things)",
  "UPDATE things SET b = 'no' WHERE id = 2 RETURNING b",
  "DELETE FROM things WHERE id = 1 RETURNING id",
];

/** What is left of the other tables, which triggers and foreign keys write. */
const left =
  "SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM things), (SELECT count(*) FROM parents)";

/** The answers to all uses, each on its own and taken back. */
function answers(db: DatabaseSync): readonly unknown[] {
  return uses.map((sql) => {
    db.exec("SAVEPOINT one");
    try {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      const rows = statement.all();
      const after = Object.values(db.prepare(left).get() ?? {});
      return { rows, after, dangling: db.prepare("PRAGMA foreign_key_check").all().length };
    } catch (thrown) {
      // Which of two constraints is named first is chance.
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      return /constraint failed|datatype mismatch|cannot store/.test(message) ? "refused" : message;
    } finally {
      db.exec("ROLLBACK TO one; RELEASE one");
    }
  });
}

/** What SQLite did not understand before, nobody said: a column that is new. */
const isNews = (answer: unknown): boolean => typeof answer === "string" && answer !== "refused";

/** That a unique index is gone shows in the answers, where no constraint does the same. */
const schema =
  "SELECT type, name, sql FROM sqlite_schema WHERE type <> 'table' AND sql NOT LIKE 'CREATE UNIQUE%' ORDER BY name";
const objectsOf = (db: DatabaseSync): readonly string[] =>
  db
    .prepare(schema)
    .all()
    .map((row) => `${row["type"]} ${row["name"]} ${normalised(String(row["sql"]))}`);

function open(setUp: readonly string[]): DatabaseSync {
  const db = new DatabaseSync(":memory:", {
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: true,
  });
  for (const sql of setUp) db.exec(sql);
  return db;
}

/** What answers otherwise, or is not there any more, after the file; undefined when it failed as a whole. */
function different(setUp: readonly string[], statements: readonly string[]): readonly string[] | undefined {
  const [before, after] = [open(setUp), open(setUp)];
  try {
    after.exec("BEGIN");
    for (const sql of statements) after.prepare(sql).all();
    after.prepare(assertion("NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", "violated")).all();
    after.exec("COMMIT");
  } catch {
    return undefined;
  }
  const [was, is] = [answers(before), answers(after)];
  const there = new Set(objectsOf(after));
  const found = [
    ...uses.flatMap((sql, i) =>
      isNews(was[i]) || isDeepStrictEqual(was[i], is[i])
        ? []
        : [`${sql}: ${JSON.stringify(was[i])} → ${JSON.stringify(is[i])}`],
    ),
    ...objectsOf(before).filter((object) => !there.has(object)),
  ];
  before.close();
  after.close();
  return found;
}

/** A migration that the linter passed, and what it says of it. */
const judged = ({ setUp, migration }: RandomRebuild): Live | undefined => {
  try {
    return live(`${setUp.join(";\n")};\n`, [`${migration.join(";\n")};\n`]);
  } catch (error) {
    // A shape that SQLite does not take.
    if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR") return undefined;
    throw error;
  }
};

/** What became of one rebuild; `unsaid`: what it changes though the linter says nothing. */
export interface Outcome {
  readonly kind: "no schema" | "refused" | "refused rightly" | "fails" | "applied";
  readonly unsaid: readonly string[];
}

/** Lints one, applies it to a database with rows, and asks before and after. */
export function outcomeOf(random: RandomRebuild): Outcome {
  const found = judged(random);
  if (found === undefined) return { kind: "no schema", unsaid: [] };
  const isRefused = found.refused.length > 0;
  const statements = isRefused ? random.migration : (found.linted[0]?.statements ?? []);
  const changed = different(random.setUp, statements);
  if (isRefused) {
    const kind = changed === undefined || changed.length > 0 ? "refused rightly" : "refused";
    return { kind, unsaid: [] };
  }
  if (changed === undefined) return { kind: "fails", unsaid: [] };
  return { kind: "applied", unsaid: found.warned.length === 0 ? changed : [] };
}

/**
 * Runs the property: where the linter says nothing, every statement is answered after a rebuild as it was before, and
 * everything is there. Gives how many came to which end.
 */
export function checkSameBehaviour(
  runs: number,
  seed: number = Date.now() % 2 ** 31,
): ReadonlyMap<Outcome["kind"], number> {
  const counts = new Map<Outcome["kind"], number>();
  fc.assert(
    fc.property(randomRebuild, (random) => {
      const { kind, unsaid } = outcomeOf(random);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (unsaid.length > 0) throw new Error(unsaid.join("\n"));
    }),
    { numRuns: runs, seed },
  );
  return counts;
}
