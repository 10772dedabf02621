import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { inOrder } from "../files/names.ts";
import type { MigrationFile } from "../files/reading.ts";
import { parse } from "../sql/action.ts";
import { sameName } from "../sql/structure.ts";
import type { RenameRequest } from "./renaming.ts";

/**
 * Why a rename has to wait: the contract files of another one of the same table that nobody has opened in any stage. Its first file would stand
 * behind them, which a preview refuses. It goes on refusing in a stage that is behind the others.
 * @param key of the database, for the repair @param opened the last file that is open in each stage that has opened any
 */
export function waitingRename(
  files: readonly MigrationFile[],
  key: string,
  { table, from, to }: RenameRequest,
  opened: readonly string[],
): Diagnostic | undefined {
  const waiting = files.filter(
    (file) => ofRename(file, table) && opened.every((through) => inOrder(file.name, through) > 0),
  );
  const last = waiting.at(-1)?.name;
  if (last === undefined) return undefined;
  return {
    what: `Another rename in ${table} is not over: this one would stand behind its contract files, and a preview would refuse it`,
    where: `${table}.${from}, to be ${to}`,
    got: `${waiting.map(({ name }) => name).join(", ")}, which ${waiting.length === 1 ? "is" : "are"} open in no stage`,
    expected: "one rename of a table at a time",
    fix: sentence`finish that one first: ${command("db contract")}, then an up, for each of these files; if every stage has run them without an opening, because its database was new: ${command("db squash", { database: key, through: last })}`,
  };
}

/** Whether a file is the second of a rename, in which columns change places by way of a third name, or the last, in which the copy goes. */
function ofRename({ phase, nextRelease, statements }: MigrationFile, table: string): boolean {
  if (phase !== "contract") return false;
  const actions = statements.map(({ sql }) => parse(sql).action);
  const swaps = actions.filter((each) => each.kind === "renameColumn" && sameName(each.table, table));
  const drops = actions.some((each) => each.kind === "dropColumn" && sameName(each.table, table));
  return swaps.length >= 3 || (nextRelease && drops);
}
