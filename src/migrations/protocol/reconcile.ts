import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import { literal } from "../sql/literals.ts";
import { type Lease, renewLease } from "./lease.ts";

export interface ReconcileOptions {
  readonly database: Database;
  /** How long a request that left no trace yet may still be on its way. */
  readonly quietWindowMs: number;
}

const pollMs = 3_000;

/**
 * Finds out what became of a request whose answer was lost: `ours` (it committed), `another's` (the same file, applied by
 * another run), or `absent` (nothing, and the quiet window is over, so the same attempt may be sent again: should the
 * first one still arrive, one of the two fails on the ledger's UNIQUE).
 */
export async function reconcile(
  options: ReconcileOptions,
  lease: Lease,
  file: ApplicableFile,
  attempt: string,
): Promise<"ours" | "another's" | "absent"> {
  const { database } = options;
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const [log, ledger, renewed] = await rows(database, [
      `SELECT attempt, checksum FROM "_mig_log" WHERE name = ${literal(file.name)}`,
      `SELECT name FROM "d1_migrations" WHERE name = ${literal(file.name)}`,
      renewLease(lease),
    ]);
    const row = log?.[0];
    if (row !== undefined) {
      if (row["attempt"] === attempt) return "ours";
      if (row["checksum"] === file.checksum) return "another's";
      throw differs(database, file, `content ${String(row["checksum"])}`, "the same content in every run");
    }
    if (ledger?.length === 1)
      throw differs(
        database,
        file,
        "an entry of another tool in the ledger, without our log",
        "one tool at a time",
      );
    if (renewed?.length !== 1) throw stillOpen(database, file);
    if (waitedMs >= options.quietWindowMs) return "absent";
    await database.sleep(pollMs);
  }
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
    what: `What became of ${name} is not known here: another run took over while the answer was missing`,
    where: database.label,
    got: "the lease of another run",
    expected: "the lease to be kept while an outcome is open",
    fix: "let the other run finish, then run this again: it goes on where the ledger ends",
  });
