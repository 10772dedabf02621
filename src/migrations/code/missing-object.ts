import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { WorkerStatement } from "../../statements/of-worker.ts";
import { openShadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { readTable } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import type { Broken } from "./judged.ts";
import { nearest } from "./nearest.ts";

const gotOf = ({ form, missing }: Broken): string =>
  `${form.sql.replace(/\s+/g, " ").trim()} — ${missing.error}`;

/** What a pending file takes away: making it again would be the wrong repair. */
export const takenAway = ({ worker }: WorkerStatement, found: Broken, file: string): Diagnostic => ({
  what: `CS1: the code of ${worker} needs a ${found.missing.of} that ${file} takes away: ${found.missing.name}`,
  where: `${found.form.file}:${found.form.line}`,
  got: gotOf(found),
  expected: `code that does without the ${found.missing.of}, and serves, before ${file} is applied`,
  fix: "release code that does without it first, or change the migration",
});

/** What neither today's schema nor a pending file has. */
export function neverMade(
  { worker, databases }: WorkerStatement,
  found: Broken,
  {
    system,
    name,
    schema,
  }: { readonly system: string; readonly name: string; readonly schema: readonly SchemaObject[] },
): Diagnostic {
  const { form, missing } = found;
  const meant = databases.map((each) => `${system}/${each}`).join(" nor ");
  const names = nearest(missing.name.split(".").at(-1) ?? "", candidates(form.sql, missing.of, schema));
  const near = names.length === 0 ? "" : `; near it: ${names.join(", ")}`;
  return {
    what: `CS1: the code of ${worker} needs a ${missing.of} that ${databases.length > 1 ? `neither ${meant}` : meant} will have: ${missing.name}`,
    where: `${form.file}:${form.line}`,
    got: gotOf(found),
    expected: `a ${missing.of} that a migration makes before the code runs${near}`,
    fix: sentence`correct the name; or make the ${missing.of} first: ${command("db new", { database: `${system}/${name}`, name: `add_${missing.name.replace(/\W+/g, "_").toLowerCase()}` })}; where something else makes it, say so in the line above: // d1:allow CS1 "who makes it"`,
  };
}

/** Tables; or the columns of those that the statement names. */
function candidates(sql: string, of: "table" | "column", schema: readonly SchemaObject[]): readonly string[] {
  const tables = schema.filter(({ type }) => type === "table" || type === "view");
  if (of === "table") return tables.map(({ name }) => name);
  const named = new Set(tokens(sql).map(({ text }) => text.toLowerCase()));
  const shadow = openShadow(schema);
  try {
    return tables
      .filter(({ name }) => named.has(name.toLowerCase()))
      .flatMap(({ name }) => readTable(shadow.trusted, name)?.columns.map((column) => column.name) ?? []);
  } finally {
    shadow.close();
  }
}
