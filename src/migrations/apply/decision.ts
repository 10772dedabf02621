import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { MigrationFile } from "../files/reading.ts";
import type { Job } from "../plan/job.ts";
import { assertion, literal } from "../sql/literals.ts";

/** What a person decided, and why: it stays in the database's audit table. */
export interface Decision {
  readonly reason: string;
  readonly actor: string;
}

/** What a decision was made about must be what it is carried out on. */
export const ledgerGuard = (names: readonly string[]): string =>
  assertion(
    `(SELECT json_group_array(name) FROM (SELECT name FROM "d1_migrations" ORDER BY id)) = ${literal(JSON.stringify(names))}`,
    "the ledger is not what it was when this was decided",
  );

/** Its row among those that are never deleted. */
export const audit = (kind: string, name: string, { reason, actor }: Decision, detail: string): string =>
  `INSERT INTO "_mig_audit"(kind, name, reason, detail, actor) VALUES (${[kind, name, reason, detail, actor].map(literal).join(", ")})`;

export const noFile = (job: Job, name: string, files: readonly MigrationFile[]): UserError =>
  new UserError({
    what: "There is no such migration file",
    where: job.folder,
    got: name,
    expected: files.map((file) => file.name).join(", ") || "files",
    fix: "name one of them",
  });

export const nothing = (job: Job, got: string, expected: string): UserError =>
  new UserError({
    what: "There is nothing to accept",
    where: job.label,
    got,
    expected,
    fix: sentence`see what differs: ${command("db status")}`,
  });
