import type { ApplicableFile, FileApproval } from "../files/applicable-file.ts";
import { assertion, literal, nullable } from "../sql/literals.ts";
import { readSchema, type SchemaObject, schemaGuards } from "../sql/schema-guard.ts";
import { type Lease, restLease } from "./lease.ts";

/** Who runs it, over what. */
export interface Claim extends Lease {
  readonly file: ApplicableFile;
  /** One uuid a file and run: the same in every retry, so that a late twin hits the ledger's UNIQUE. */
  readonly attempt: string;
  /** The ledger's names in order, as planned. */
  readonly applied: readonly string[];
  readonly schema: readonly SchemaObject[];
  readonly bookmarkBefore: string | undefined;
  readonly schemaBefore: string;
  readonly tool: string;
  readonly actor: string | undefined;
}

/** What the assertion about foreign keys says when it fails. */
export const violated = "foreign keys are violated";

/** Above this the ledger's prefix is asserted by length and last name instead of by every name. */
const prefixCharacters = 20_000;

/**
 * The one atomic request for a file. Claim first: a replay or a rival fails on UNIQUE before any effect.
 * Then the fenced log row: a runner that lost its lease fails on NOT NULL. Then what the plan assumed, the file itself,
 * its verification, and the foreign keys. The last statement's rows are the schema that it leaves, as the transaction sees it.
 */
export function requestStatements(claim: Claim): string[] {
  const { file } = claim;
  return [
    `INSERT INTO "d1_migrations"(name) VALUES (${literal(file.name)})`,
    logRow(claim),
    ...(file.approval === undefined ? [] : [approvalRow(claim, file.approval)]),
    prefixGuard(claim),
    ...schemaGuards(claim.schema),
    ...file.preconditions.map(({ label, condition }) => assertion(condition, label)),
    ...file.statements,
    ...file.verify.map(({ label, sql }) => assertion(`(${sql})`, `verify: ${label}`)),
    assertion("NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", violated),
    restLease(claim),
    readSchema,
  ];
}

function logRow(claim: Claim): string {
  const { file } = claim;
  const values = {
    name: literal(file.name),
    checksum: literal(file.checksum),
    chain: literal(file.chain),
    phase: literal(file.phase),
    attempt: literal(claim.attempt),
    statements: String(file.statements.length),
    waivers: file.waivers.length === 0 ? "NULL" : literal(JSON.stringify(file.waivers)),
    overrides: file.overrides.length === 0 ? "NULL" : literal(JSON.stringify(file.overrides)),
    bookmark_before: nullable(claim.bookmarkBefore),
    schema_before: literal(claim.schemaBefore),
    schema_after: nullable(file.schemaAfter),
    tool: literal(claim.tool),
    actor: nullable(claim.actor),
    fence: `(SELECT fence FROM "_mig_lock" WHERE id = 1 AND holder = ${literal(claim.holder)} AND fence = ${claim.fence} AND expires_at > unixepoch())`,
  };
  return `INSERT INTO "_mig_log"(${Object.keys(values).join(", ")}) VALUES (${Object.values(values).join(", ")})`;
}

/** Who agreed stays in the database that it was about, beside whoever ran it. */
const approvalRow = ({ file, actor }: Claim, { digest, reason, by, until }: FileApproval): string =>
  `INSERT INTO "_mig_audit"(kind, name, reason, detail, actor) VALUES (${["approved", file.name, reason, JSON.stringify({ digest, until, ranBy: actor }), by].map(literal).join(", ")})`;

function prefixGuard({ file, applied }: Claim): string {
  const others = `"d1_migrations" WHERE name <> ${literal(file.name)}`;
  const moved = "the ledger is not the planned prefix";
  const names = JSON.stringify(applied);
  if (names.length <= prefixCharacters)
    return assertion(
      `(SELECT json_group_array(name) FROM (SELECT name FROM ${others} ORDER BY id)) = ${literal(names)}`,
      moved,
    );
  const last = applied.at(-1) ?? "";
  return assertion(
    `(SELECT count(*) FROM ${others}) = ${applied.length} AND (SELECT name FROM ${others} ORDER BY id DESC LIMIT 1) = ${literal(last)}`,
    moved,
  );
}
