import { readSnapshot } from "../database/snapshot.ts";
import { databaseOf, type Job } from "../plan/job.ts";
import type { Plan } from "../plan/plan.ts";
import { locked } from "../protocol/locked.ts";
import { differenceLine } from "../shadow/differences.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { literal } from "../sql/literals.ts";
import { schemaGuards } from "../sql/schema-guard.ts";
import { adoption } from "./adoption.ts";
import { audit, type Decision, ledgerGuard, nothing } from "./decision.ts";
import { takeOver } from "./take-over.ts";

/** What the audit table calls it. */
export const driftAccepted = "accept drift";

/** Takes the live schema as it is: later plans compare with it. Files that only wrangler knows of, and a squashed file, are taken over with it. */
export async function acceptDrift(
  job: Job,
  decision: Decision,
  plan: Pick<Plan, "drift" | "adopted" | "schema" | "squash" | "ledger" | "unledgered">,
): Promise<void> {
  const { drift, adopted, schema, squash } = plan;
  const database = databaseOf(job);
  const snapshot = await readSnapshot(database);
  const last = squash === undefined ? snapshot.ledger.at(-1) : plan.ledger.at(-1);
  if (drift.length === 0 || last === undefined)
    throw nothing(job, "no drift", "a schema that differs from what the files make");
  await locked(database, decision.actor, (fence) => [
    fence,
    ledgerGuard(snapshot.ledger),
    // What was shown is what is taken.
    ...schemaGuards(schema),
    ...takeOver(plan, snapshot),
    ...adoption(adopted, fingerprint(schema)),
    `UPDATE "_mig_log" SET schema_after = ${literal(fingerprint(schema))} WHERE name = ${literal(last)}`,
    audit(driftAccepted, last, decision, drift.map((difference) => differenceLine(difference)).join("\n")),
  ]);
}
