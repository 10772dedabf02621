import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Complaint } from "../userError.ts";
import { parse } from "./action.ts";
import type { SchemaObject } from "./protocol/schemaGuard.ts";
import type { SeedFile } from "./protocol/seeds.ts";
import { checksum } from "./reading.ts";
import { openShadow } from "./shadow.ts";
import { type Piece, split } from "./split.ts";
import { reservedTables } from "./tables.ts";

interface ReadSeed extends SeedFile {
  readonly path: string;
  readonly pieces: readonly Piece[];
}

/** The seed files of a folder in order of their names; none when there is no such folder. */
export function readSeeds(folder: string): readonly ReadSeed[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const bytes = readFileSync(path);
      const { pieces } = split(bytes.toString("utf8"));
      return { name, path, checksum: checksum(bytes), pieces, statements: pieces.map(({ sql }) => sql) };
    });
}

/**
 * What speaks against seed files: anything but data, anything unbounded, and anything that a second run would change.
 * They are tried twice on a shadow with the schema that they are for.
 */
export function seedComplaints(
  seeds: readonly ReadSeed[],
  schema: readonly SchemaObject[],
): readonly Complaint[] {
  const shadow = openShadow(schema);
  const complaints: Complaint[] = [];
  try {
    for (const seed of seeds) {
      for (const round of [1, 2]) {
        for (const { sql, line } of seed.pieces) {
          const found = complaint(sql, round, shadow.run(sql).error);
          if (found !== undefined) complaints.push({ ...found, where: `${seed.path}:${line}` });
        }
        if (complaints.length > 0) return complaints;
      }
      shadow.endRequest();
    }
    return complaints;
  } finally {
    shadow.close();
  }
}

function complaint(
  sql: string,
  round: number,
  error: string | undefined,
): Omit<Complaint, "where"> | undefined {
  const { action } = parse(sql);
  const table = "table" in action ? action.table : undefined;
  if (!["insert", "update", "delete"].includes(action.kind))
    return {
      what: "A seed file holds data only",
      got: sql,
      expected: "INSERT … ON CONFLICT, or UPDATE and DELETE with WHERE",
      fix: "changes of the schema are migrations: just db new",
    };
  if (table !== undefined && reservedTables.includes(table))
    return {
      what: "Lockstep's own tables are not for seeds",
      got: table,
      expected: "a table of the application",
      fix: "take the statement out",
    };
  if ((action.kind === "update" || action.kind === "delete") && !/\bwhere\b/i.test(sql))
    return {
      what: "A seed names the rows it changes",
      got: sql,
      expected: "a WHERE",
      fix: "say which rows: those that this file has inserted",
    };
  if (error === undefined) return undefined;
  return {
    what: round === 1 ? "A seed statement does not fit the schema" : "A seed file has to be repeatable",
    got: error,
    expected:
      round === 1
        ? "a statement that runs after the folder's migrations"
        : "the same file to run again without an error",
    fix:
      round === 1
        ? "correct it, or apply the migrations first"
        : "INSERT … ON CONFLICT (…) DO UPDATE or DO NOTHING",
  };
}
