import { UserError } from "../../diagnostic/user-error.ts";
import type { Database } from "../database/database.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";

/** What a file means to a person whose request got no settled answer, time and again, and left no trace each time. */
export const unsettled = (
  database: Database,
  file: ApplicableFile,
  message: string,
  sent: number,
): UserError =>
  new UserError({
    what: `${file.name} was sent ${sent} times and never carried out; nothing of it is in the database`,
    where: database.label,
    got: message,
    expected: "a request that ends within D1's 30 seconds",
    fix: "where the message speaks of time or memory, the file does too much at once: write it as several files, or let it travel by -- d1:transport import; else run it again",
  });
