import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { readMigration } from "../files/reading.ts";
import { blocking, type LintedFile, lint } from "../lint/lint.ts";
import { openStage } from "../shadow/replay.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { parse } from "../sql/action.ts";
import { assertion } from "../sql/literals.ts";
import { quoted } from "../sql/structure.ts";
import { topLevel } from "../sql/tokens.ts";
import { type RandomCase, randomCase } from "./random-migrations.ts";

function linted(setUp: readonly string[], migration: readonly string[]): LintedFile {
  const base = openShadow();
  for (const sql of setUp) base.trusted.exec(sql);
  const stage = openStage(base.schema());
  base.close();
  try {
    const [header = "", ...statements] = migration;
    return lint(
      stage.replay(
        readMigration(
          "0002_random.sql",
          "0002_random.sql",
          new TextEncoder().encode(`${header}\n${statements.join(";\n")};\n`),
        ),
      ),
    );
  } finally {
    stage.close();
  }
}

/** Every row by its `uid`, with the values that it had from the start: where their columns have another name, without them. */
function rowsOf(shadow: Shadow): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const tables = shadow.schema().filter(({ type, sql }) => type === "table" && /uid/.test(sql));
  return new Map(
    tables.flatMap(({ name }) =>
      shadow.trusted
        .prepare(`SELECT * FROM ${quoted(name)}`)
        .all()
        .map((row) => [String(row["uid"]), { s: row["s"], n: row["n"], p: row["p"] }] as const),
    ),
  );
}

/** The rows that a DELETE or UPDATE names, asked right before it. */
function named(shadow: Shadow, sql: string, kind: "delete" | "update"): readonly string[] {
  const { action, tokens } = parse(sql);
  const where = topLevel(tokens, "WHERE");
  if (
    action.kind !== kind ||
    where < 0 ||
    !shadow.schema().some(({ type, name }) => type === "table" && name === action.table)
  )
    return [];
  const condition = sql.slice(tokens[where]?.start);
  return shadow.trusted
    .prepare(`SELECT uid FROM ${quoted(action.table)} ${condition}`)
    .all()
    .map((row) => String(row["uid"]));
}

/** What every migration ends with. */
const intact = assertion("NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", "foreign keys are violated");

/** Applies a file as D1 would, all or nothing. Gives the rows and values that are gone though no statement named them; undefined when it failed. */
function lost({ setUp }: RandomCase, statements: readonly string[]): readonly string[] | undefined {
  const shadow = openShadow();
  try {
    for (const sql of setUp) shadow.trusted.exec(sql);
    shadow.trusted.exec("COMMIT; BEGIN");
    const before = rowsOf(shadow);
    const given = new Set<string>();
    const changed = new Set<string>();
    for (const sql of statements) {
      for (const uid of named(shadow, sql, "delete")) given.add(uid);
      for (const uid of named(shadow, sql, "update")) changed.add(uid);
      if (shadow.run(sql).error !== undefined) return undefined;
    }
    if (shadow.run(intact).error !== undefined) return undefined;
    const after = rowsOf(shadow);
    return [...before].flatMap(([uid, values]) => {
      const now = after.get(uid);
      if (given.has(uid)) return [];
      if (now === undefined) return [uid];
      return changed.has(uid) || isDeepStrictEqual(now, values) ? [] : [`values of ${uid}`];
    });
  } finally {
    shadow.close();
  }
}

/** Runs the property; throws with a counterexample. Says how many migrations passed, were applied, were refused, and refused rightly. */
export function checkLossless(
  runs: number,
  seed: number = Date.now() % 2 ** 31,
): {
  readonly passed: number;
  readonly applied: number;
  readonly refused: number;
  readonly caught: number;
} {
  const counts = { passed: 0, applied: 0, refused: 0, caught: 0 };
  fc.assert(
    fc.property(randomCase, (random) => {
      const file = linted(random.setUp, random.migration);
      const [, ...plain] = random.migration;
      if (blocking(file).length > 0) {
        counts.refused++;
        if ((lost(random, plain) ?? []).length > 0) counts.caught++;
        return;
      }
      counts.passed++;
      const gone = lost(random, file.statements);
      if (gone === undefined) return;
      counts.applied++;
      if (gone.length > 0) throw new Error(`gone: ${gone.join(", ")}`);
    }),
    { numRuns: runs, seed },
  );
  return counts;
}
