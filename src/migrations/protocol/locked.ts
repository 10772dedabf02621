import type { Outcome } from "../../cloudflare/http.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { attempts, type Database, rows } from "../database/database.ts";
import { bootstrapStatements } from "../sql/ledger-tables.ts";
import { failedAssertion } from "../sql/literals.ts";
import { take } from "./holding.ts";
import { leaseHeld, releaseLease } from "./lease.ts";

/**
 * A person's decision as one request under the lease: nothing of it happens while somebody migrates.
 * @param statements with the assertion that the lease is held still
 */
export async function locked(
  database: Database,
  actor: string,
  statements: (fence: string) => readonly string[],
): Promise<void> {
  await rows(database, bootstrapStatements);
  const lease = await take(database, crypto.randomUUID(), `decision of ${actor}`);
  try {
    const outcome = await sent(database, statements(leaseHeld(lease)));
    if (outcome.kind !== "done") throw unrecorded(database, outcome);
  } finally {
    await database.run([releaseLease(lease)]);
  }
}

/** Sent again only while a rate limit kept it from being carried out. */
async function sent(database: Database, statements: readonly string[]): ReturnType<Database["run"]> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await database.run(statements);
    if (outcome.kind !== "later" || attempt === attempts) return outcome;
    await database.sleep(outcome.retryAfterMs);
  }
}

const unrecorded = ({ label }: Database, outcome: Exclude<Outcome<unknown>, { kind: "done" }>): UserError =>
  new UserError({
    what:
      outcome.kind === "unknown"
        ? "The answer was lost: it is not known whether the decision was recorded"
        : "The decision was not recorded, and nothing was changed",
    where: label,
    got: failedAssertion(outcome.message) ?? outcome.message,
    expected: "one transaction that succeeds",
    fix: sentence`look at the state (${command("db status")}), then repeat the command if it still says so`,
  });
