import { UserError } from "../../diagnostic/user-error.ts";
import { wholeSentences } from "../journal/sentences.ts";

/** Characters of what went wrong that a line of a journal has: the words of several policies. */
const most = 2_000;

/** What went wrong, in one line: a journal's line is read among many. */
export function saidOf(error: Error): string {
  const whole =
    error instanceof UserError ? `${error.diagnostic.what}: ${error.diagnostic.got}` : error.message;
  // What begins a line of its own is no sentence with what stands before it; a sentence may go on in the next line.
  const lines = whole.split("\n").map((line) => line.replaceAll(/\s+/g, " ").trim());
  const line = lines
    .filter((each) => each !== "")
    .map((each, at, all) =>
      /[.:;!?]$/.test(each) || !/^(?:[A-Z]|\w+: )/.test(all[at + 1] ?? "") ? each : `${each};`,
    )
    .join(" ");
  return wholeSentences(line, most);
}
