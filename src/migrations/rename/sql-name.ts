import { DatabaseSync } from "node:sqlite";
import { quoted } from "../sql/structure.ts";

const judge = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: false });

/** A name as a person would write it: without quotes where SQLite needs none. */
export const sqlName = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && isPlain(name) ? name : quoted(name);

/** A keyword does not compile as a name, or (`current_date`, `true`) means something else than the column. */
function isPlain(name: string): boolean {
  try {
    const found = judge
      .prepare(`SELECT t.${name} AS ${name} FROM (SELECT 7 AS ${name}) AS t WHERE ${name} = 7`)
      .get();
    return found !== undefined;
  } catch {
    return false;
  }
}
