import { DatabaseSync } from "node:sqlite";
import { literal } from "./literals.ts";
import { normalised, type Token, tokens, within } from "./tokens.ts";

/** Whether two columns get the same value where an INSERT gives none. `undefined`: no default. */
export function sameDefault(
  before: { readonly type: string; readonly defaultSql: string | undefined },
  after: { readonly type: string; readonly defaultSql: string | undefined },
): boolean {
  const [was, is] = [plain(before.defaultSql), plain(after.defaultSql)];
  if (was === is) return true;
  if (!isLiteral(was) || !isLiteral(is)) return false;
  // '0' and 0 are the same in an INTEGER column.
  const scratch = new DatabaseSync(":memory:");
  try {
    scratch.exec(
      `CREATE TABLE scratch (was ${before.type} DEFAULT (${was}), now ${after.type} DEFAULT (${is})); INSERT INTO scratch DEFAULT VALUES`,
    );
    const row = scratch.prepare("SELECT was IS now AND typeof(was) = typeof(now) AS same FROM scratch").get();
    return row?.["same"] === 1;
  } finally {
    scratch.close();
  }
}

/** Without parentheses around it, names in double quotes as the strings that they are, truth as its number. */
function plain(sql: string | undefined): string {
  if (sql === undefined) return "NULL";
  const all = tokens(sql);
  const [first, ...more] = all;
  if (first === undefined) return "NULL";
  if (first.text === "(" && within(all, 0).length === all.length - 2)
    return plain(sql.slice(all[1]?.start, all.at(-2)?.end));
  if (more.length > 0) return normalised(sql);
  if (first.kind === "name") return literal(first.text);
  if (first.kind !== "word") return first.text;
  return { TRUE: "1", FALSE: "0" }[first.keyword] ?? first.keyword;
}

function isLiteral(sql: string): boolean {
  const all: readonly Token[] = tokens(sql);
  const value = ["-", "+"].includes(all[0]?.text ?? "") ? all.slice(1) : all;
  return (
    value.length === 1 &&
    (value[0]?.kind === "string" || value[0]?.kind === "number" || value[0]?.keyword === "NULL")
  );
}
