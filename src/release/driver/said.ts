import { UserError } from "../../diagnostic/user-error.ts";

/** Characters of what went wrong that a line of a journal has. */
const most = 400;

/** What went wrong, in one line: a journal's line is read among many. */
export function saidOf(error: Error): string {
  const whole =
    error instanceof UserError ? `${error.diagnostic.what}: ${error.diagnostic.got}` : error.message;
  const line = whole.replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
