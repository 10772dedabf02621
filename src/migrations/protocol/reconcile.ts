import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import { literal } from "../sql/literals.ts";
import { type Lease, renewed, renewLease } from "./lease.ts";

/** What became of a request, and the lease with its next fence: lost only where another run applied the file. */
export interface Reconciled {
  readonly found: "ours" | "another's" | "absent";
  readonly lease: Lease;
}

/**
 * Finds out what became of a request whose answer was lost: `ours` (it committed), `another's` (the same file, applied by
 * another run), or `absent`. It is looked up in the transaction that renews the lease: a request under the fence before that has not
 * committed by then never will, so the same attempt may be sent again.
 */
export async function reconcile(
  database: Database,
  lease: Lease,
  file: ApplicableFile,
  attempt: string,
): Promise<Reconciled> {
  const [log, ledger, kept] = await rows(database, [
    `SELECT attempt, checksum FROM "_mig_log" WHERE name = ${literal(file.name)}`,
    `SELECT name FROM "d1_migrations" WHERE name = ${literal(file.name)}`,
    renewLease(lease),
  ]);
  const row = log?.[0];
  if (row !== undefined) {
    if (row["attempt"] === attempt) return { found: "ours", lease: renewed(lease) };
    if (row["checksum"] === file.checksum) return { found: "another's", lease: renewed(lease) };
    throw differs(database, file, `content ${String(row["checksum"])}`, "the same content in every run");
  }
  if (ledger?.length === 1)
    throw differs(
      database,
      file,
      "an entry of another tool in the ledger, without our log",
      "one tool at a time",
    );
  if (kept?.length !== 1) throw stillOpen(database, file);
  return { found: "absent", lease: renewed(lease) };
}

const differs = (database: Database, file: ApplicableFile, got: string, expected: string): UserError =>
  new UserError({
    what: `${file.name} was applied by somebody else meanwhile`,
    where: database.label,
    got,
    expected,
    fix: "find out who else migrates this database, then run the preview again",
  });

/** It may yet have been carried out, before the other run took the lease: that run has seen it, and the next one will. */
const stillOpen = (database: Database, { name }: ApplicableFile): UserError =>
  new UserError({
    what: `What became of ${name} is not known here: another run took over while the answer was missing, or the database was restored`,
    where: database.label,
    got: "a lease that is not this run's",
    expected: "the lease to be kept while an outcome is open",
    fix: "let the other run finish, then run this again: it goes on where the ledger ends",
  });
