import { z } from "zod";
import { named, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { type ReportInput, reportInput } from "./input.ts";

/** More than any project's report; a file that is larger is not read. */
const mostCharacters = 32 << 20;

/**
 * What `pr-report --save` wrote. The file may come from a job that ran somebody else's code: it is data of an exact form, and nothing in it is
 * more than a text to show.
 */
export function readReport(text: string, file: string): ReportInput {
  const wrong = (got: string): UserError =>
    new UserError({
      what: "This is no saved report",
      where: file,
      got,
      expected: sentence`what \`${named("pr-report", "--save <file>")}\` writes`,
      fix: "make it again with the same version of the command that reads it",
    });
  if (text.length > mostCharacters) throw wrong(`${text.length} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const parsed = reportInput.safeParse(value);
  if (!parsed.success) throw wrong(z.prettifyError(parsed.error));
  return parsed.data;
}
