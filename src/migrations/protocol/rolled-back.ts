import { command, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Database } from "../database/database.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import { violated } from "./request.ts";

/** What a file's transaction that failed for good means to a person: nothing of it happened, and what to look at. */
export function rolledBack(
  database: Database,
  file: ApplicableFile,
  { message, assertion }: { message: string; assertion: string | undefined },
): UserError {
  return new UserError({
    what: `${file.name} was rolled back; nothing of it was applied`,
    where: database.label,
    got: assertion ?? message,
    ...remedyFor(assertion),
  });
}

/** The file was applied, its answer was lost, and what is there now is not what it leaves. */
export const drifted = (database: Database, { name }: ApplicableFile): UserError =>
  new UserError({
    what: `The schema is another than ${name} leaves`,
    where: database.label,
    got: "a change by another hand, right after the file was applied",
    ...remedyFor(""),
  });

function remedyFor(assertion: string | undefined): { readonly expected: string; readonly fix: Sentence } {
  const again = "correct the file (it is not in the ledger, so it may be edited) and run again";
  if (assertion === undefined) return { expected: "every statement to succeed", fix: again };
  if (assertion.startsWith("verify: "))
    return {
      expected: "what the file itself says must be true when its statements have run",
      fix: sentence`ask the rows (${command("db query")}) or try it on a copy (${command("db rehearse")}); then ${again}`,
    };
  if (assertion === violated)
    return {
      expected: "no row that refers to one that is not there",
      fix: sentence`see which before it runs: ${command("db query", { database: "<database>", sql: "PRAGMA foreign_key_check" })}, and after it: ${command("db rehearse")}; then ${again}`,
    };
  return {
    expected: "the database as the plan saw it",
    fix: "run the preview again: it shows what is different now",
  };
}
