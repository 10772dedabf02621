import type { DatabaseSnapshot } from "../database/snapshot.ts";
import { chainOf } from "../files/chain.ts";
import type { MigrationFile } from "../files/reading.ts";
import type { Plan } from "../plan/plan.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { assertion, inParts, literal } from "../sql/literals.ts";
import { schemaGuards } from "../sql/schema-guard.ts";
import { ledgerRows } from "./ledger-rows.ts";
import { tool } from "./tool.ts";

/**
 * Puts a squashed file's row in the place of those that it stands for, in the ledger alone: the log keeps what was applied, and gets
 * one row more. One request, under the lease; sent twice it is as if it was sent once. None where there is nothing to take over.
 */
export function takeOver(
  { squash, ledger, unledgered, schema }: Pick<Plan, "squash" | "ledger" | "unledgered" | "schema">,
  before: DatabaseSnapshot,
): readonly string[] {
  if (squash === undefined) return [];
  const { file, names, isLogged } = squash;
  const isLast = ledger.at(-1) === file.name;
  return [
    ledgerIs([before.ledger, ledger]),
    ...schemaGuards(schema),
    ...inParts(names).map(
      (part) => `DELETE FROM "d1_migrations" WHERE name IN (${part.map(literal).join(", ")})`,
    ),
    `INSERT OR IGNORE INTO "d1_migrations"(name) VALUES (${literal(file.name)})`,
    logRow(file, isLogged, isLast ? literal(fingerprint(schema)) : "NULL"),
    ...ledgerRows(unledgered, ledger),
  ];
}

function logRow(file: MigrationFile, isLogged: boolean, schemaAfter: string): string {
  const [chain = ""] = chainOf([file]);
  // Of files that only wrangler knows, nobody can say that they were what they are called.
  const checksum = isLogged ? file.checksum : `adopted:${file.checksum}`;
  const values = [file.name, checksum, chain, file.phase, "squashed"].map(literal).join(", ");
  return `INSERT OR IGNORE INTO "_mig_log"(name, checksum, chain, phase, attempt, fence, statements, tool, schema_after) VALUES (${values}, 0, ${file.statements.length}, ${literal(tool)}, ${schemaAfter})`;
}

/** By length and last name: with every name, a long history would be longer than D1 takes a statement. */
const ledgerIs = (either: readonly (readonly string[])[]): string =>
  assertion(
    `(SELECT count(*) || '/' || coalesce((SELECT name FROM "d1_migrations" ORDER BY id DESC LIMIT 1), '') FROM "d1_migrations") IN (${either
      .map((names) => literal(`${names.length}/${names.at(-1) ?? ""}`))
      .join(", ")})`,
    "the ledger is not what it was when this was decided",
  );
