import type { Outcome } from "../../cloudflare/http.ts";
import { read } from "../../cloudflare/http.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { widerToken } from "../../diagnostic/wider-token.ts";
import type { D1Rows } from "./endpoint.ts";

/** The database as the protocol sees it: something that runs one atomic request, and knows its bookmark. */
export interface Database {
  /** For people: `dome/silo (1f2e…)`. */
  readonly label: string;
  /** All statements as one transaction; the outcome tells what is known. */
  readonly run: (statements: readonly string[]) => Promise<Outcome<readonly D1Rows[]>>;
  /**
   * One SELECT of one row, of which one column is a long text: it comes beside the row, escaped as JSON has it; undefined where it is NULL. A transport that has no bytes leaves
   * this out.
   */
  readonly long?: (
    statement: string,
    column: string,
  ) => Promise<Outcome<{ readonly answer: readonly D1Rows[]; readonly long: Buffer | undefined }>>;
  readonly bookmark: () => Promise<Outcome<string>>;
  /** How a retry waits. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A request that may be repeated is asked this often before the run gives up. */
export const attempts = 5;

/** The rows of each statement of a read-only (or repeatable) request, asked again until it is settled. */
export async function rows(
  database: Database,
  statements: readonly string[],
): Promise<readonly (readonly Readonly<Record<string, unknown>>[])[]> {
  const outcome = await read(() => database.run(statements), attempts, database.sleep);
  if (outcome.kind === "done") return outcome.value.map((statement) => statement.results);
  throw unanswered(database, outcome);
}

/** What a request that must be answered throws when it is not. */
export function unanswered(
  database: Database,
  outcome: Exclude<Outcome<unknown>, { kind: "done" | "later" }>,
): UserError {
  return new UserError({
    what: outcome.kind === "refused" ? "D1 refused a request" : "D1 did not answer",
    where: database.label,
    got:
      outcome.kind === "refused"
        ? `${outcome.message} [code: ${outcome.code}] (HTTP ${outcome.status})`
        : outcome.message,
    expected: "an answer of the D1 API",
    fix:
      outcome.kind === "refused" && [401, 403].includes(outcome.status)
        ? widerToken("D1 Write")
        : "run it again; nothing is applied twice",
  });
}
