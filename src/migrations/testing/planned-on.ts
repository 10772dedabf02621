import { emptySnapshot } from "../database/snapshot.ts";
import { chainOf } from "../files/chain.ts";
import { readMigration } from "../files/reading.ts";
import { draftPlan, type Plan } from "../plan/plan.ts";
import { replay } from "../plan/replayed.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import type { WorkerdD1 } from "./workerd-d1.ts";

/**
 * The plan of files on a real database to which Lockstep applied the first of them, its questions answered by that database.
 * @param first what the database was made with, without its rows
 */
export async function plannedOn(d1: WorkerdD1, first: string, pending: readonly string[]): Promise<Plan> {
  const files = [first, ...pending].map((sql, i) => {
    const name = `000${i + 1}_step.sql`;
    return readMigration(name, name, new TextEncoder().encode(sql));
  });
  const chains = chainOf(files);
  const applied = files.slice(0, 1);
  const replayed = replay(applied);
  if (replayed.kind !== "schema") throw new Error(replayed.message);
  const { schema } = replayed;
  const draft = draftPlan({
    label: "shop/db",
    folder: "migrations/shop/db",
    files,
    chain: files.map(({ name, checksum }, i) => ({ name, checksum, chain: chains[i] ?? "", line: i + 1 })),
    opened: { through: "9999_all.sql" },
    database: {
      ...emptySnapshot,
      schema,
      ledgerKind: "wrangler",
      ledger: applied.map(({ name }) => name),
      log: applied.map(({ name, checksum }, i) => ({
        name,
        checksum,
        chain: chains[i] ?? "",
        phase: "expand",
        schemaAfter: fingerprint(schema),
      })),
    },
  });
  const answers = await d1.batch(draft.questions);
  return draft.close(answers.map(([row]) => Object.values(row ?? {})[0]));
}
