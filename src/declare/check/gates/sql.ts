import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { notSingleSelect } from "../../../migrations/sql/single-select.ts";
import { tokens } from "../../../migrations/sql/tokens.ts";
import type { SqlSource } from "../../gates/sources.ts";
import type { System } from "../../system.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with what a gate asks a database. */
export function checkSql({ database, sql, params }: SqlSource, where: string, system: System): Diagnostic[] {
  const databases = system.resources.flatMap(({ kind, name }) => (kind === "d1" ? [name] : []));
  const notSelect = notSingleSelect(sql);
  const expected = parametersOf(sql);
  return [
    ...(databases.includes(database)
      ? []
      : [
          wrong(
            "A gate asks a database that its system does not have",
            `${where}, database`,
            database,
            databases.length === 0 ? "a D1 of the system, which has none" : databases.join(", "),
            "ask a database of the system",
          ),
        ]),
    ...(notSelect === undefined
      ? []
      : [
          wrong(
            "A gate may only read: one SELECT",
            `${where}, sql`,
            notSelect,
            "one SELECT, also with WITH before it",
            "write it as a SELECT that answers one row",
          ),
        ]),
    ...(expected === params.length
      ? []
      : [
          wrong(
            "The parameters of a statement are not those that it is given",
            `${where}, params`,
            `${params.length} values; the statement ${typeof expected === "string" ? expected : `takes ${expected}`}`,
            "a value for each of ?1, ?2 and so on",
            "write ?1, ?2 and so on where the values belong",
          ),
        ]),
  ];
}

/** How many values a statement takes, or what it has that no value is bound to. */
function parametersOf(sql: string): number | string {
  const found = tokens(sql).flatMap(({ kind, text }) => (kind === "parameter" ? [text] : []));
  const named = found.find((text) => !text.startsWith("?"));
  if (named !== undefined) return `has ${named}`;
  const numbers = found.flatMap((text) => (text === "?" ? [] : [Number(text.slice(1))]));
  if (numbers.length > 0 && numbers.length < found.length) return "mixes ? with ?1";
  if (numbers.length === 0) return found.length;
  const most = Math.max(...numbers);
  const missing = Array.from({ length: most }, (_, at) => at + 1).find((each) => !numbers.includes(each));
  return missing === undefined ? most : `has ?${most} and no ?${missing}`;
}
