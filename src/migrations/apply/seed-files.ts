import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../diagnostic/user-error.ts";
import { refuseLinksOut } from "../files/links.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { parse } from "../sql/action.ts";
import { checksum } from "../sql/checksum.ts";
import { reservedTables } from "../sql/ledger-tables.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { type Piece, split } from "../sql/split.ts";
import { quoted } from "../sql/structure.ts";
import type { SeedFile } from "./seeds.ts";

/**
 * The seed files of a folder, in order of their names; none when there is no such folder. Throws what speaks against a
 * file: anything but data, rows that are not named, and what a second run would change. Each file is tried twice on a
 * shadow with the schema that it is for.
 */
export function readSeeds(folder: string, schema: readonly SchemaObject[]): readonly SeedFile[] {
  if (!existsSync(folder)) return [];
  refuseLinksOut(folder);
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const shadow = openShadow(schema);
  try {
    return names.map((name) => {
      const path = join(folder, name);
      refuseLinksOut(path);
      return checkSeed(shadow, path, name, readFileSync(path));
    });
  } finally {
    shadow.close();
  }
}

/** One seed file as it runs. Throws what speaks against it. @param shadow has the schema that it is for, and the rows of files before it */
export function checkSeed(shadow: Shadow, path: string, name: string, bytes: Buffer): SeedFile {
  const { pieces } = split(bytes.toString("utf8"));
  refuse(pieces.flatMap((piece) => shape(path, piece)));
  refuse(twice(shadow, path, pieces));
  return { name, checksum: checksum(bytes), statements: pieces.map(({ sql }) => sql) };
}

/** Where a database's seed files lie, from the project's root. @param migrations its folder of migrations, from there */
export const seedFolder = (migrations: string): string => migrations.replace(/^migrations\//, "seeds/");

/** What a statement's text alone says against it. */
function shape(path: string, { sql, line }: Piece): readonly Diagnostic[] {
  const where = `${path}:${line}`;
  const { action, tokens } = parse(sql);
  const bounded = tokens.some(({ keyword }) => keyword === "WHERE");
  const say = (what: string, got: string, expected: string, fix: Sentence): readonly Diagnostic[] => [
    { what, where, got, expected, fix },
  ];
  if (action.kind === "select") return [];
  if (action.kind !== "insert" && action.kind !== "update" && action.kind !== "delete")
    return say(
      "A seed file holds data only",
      sql,
      "INSERT … ON CONFLICT, UPDATE … WHERE, DELETE … WHERE",
      sentence`changes of the schema are migrations: ${command("db new")}`,
    );
  if (reservedTables.includes(action.table))
    return say(
      "Lockstep's own tables are not for seeds",
      `a write to ${action.table}`,
      "a table of the application",
      "take the statement out",
    );
  if (action.kind === "insert" && !action.upsert && action.conflict === "")
    return say(
      "A seed file has to be repeatable",
      "INSERT without ON CONFLICT",
      "a statement that says what a second run means",
      "ON CONFLICT (…) DO UPDATE SET … or DO NOTHING",
    );
  if (action.kind !== "insert" && !bounded)
    return say(
      "A seed names the rows it changes",
      `${action.kind.toUpperCase()} without WHERE`,
      "a WHERE",
      "say which rows: those that this file has inserted",
    );
  return [];
}

/** What two runs on a shadow say against a file: it must fit, and the second run must leave as many rows. */
function twice(shadow: Shadow, path: string, pieces: readonly Piece[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const rows: string[] = [];
  for (const round of ["first", "second"]) {
    for (const { sql, line } of pieces) {
      const { error } = shadow.run(sql);
      if (error === undefined) continue;
      diagnostics.push({
        what:
          round === "first" ? "A seed statement does not fit the schema" : "The seed file cannot be repeated",
        where: `${path}:${line}`,
        got: error,
        expected:
          round === "first" ? "a statement that runs behind the migrations" : "the same file to run again",
        fix:
          round === "first"
            ? "correct it, or apply the migrations first"
            : "ON CONFLICT (…) DO UPDATE SET … or DO NOTHING",
      });
    }
    if (diagnostics.length > 0) return diagnostics;
    rows.push(counts(shadow, pieces));
  }
  shadow.endRequest();
  if (rows[0] === rows[1]) return [];
  return [
    {
      what: "The seed file cannot be repeated",
      where: path,
      got: `${rows[0]} rows after one run, ${rows[1]} after two`,
      expected: "as many rows however often it runs",
      fix: "give its rows keys of their own, and ON CONFLICT (<key>) DO UPDATE SET … or DO NOTHING",
    },
  ];
}

/** `users: 1, notes: 2`: the rows of each table that the file writes. */
function counts(shadow: Shadow, pieces: readonly Piece[]): string {
  const tables = pieces.flatMap(({ sql }) => {
    const { action } = parse(sql);
    return action.kind === "insert" ? [action.table] : [];
  });
  return [...new Set(tables)]
    .map(
      (table) =>
        `${table}: ${shadow.trusted.prepare(`SELECT count(*) AS n FROM ${quoted(table)}`).get()?.["n"]}`,
    )
    .join(", ");
}
