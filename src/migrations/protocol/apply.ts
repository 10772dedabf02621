import { UserError } from "../../userError.ts";
import { read } from "../http.ts";
import { bootstrapStatements } from "../tables.ts";
import { attempts, type Database, rows, unanswered } from "./database.ts";
import { type Lease, readLease, releaseLease, renewLease, takeLease } from "./lease.ts";
import { reconcile } from "./reconcile.ts";
import { type ApplicableFile, requestStatements } from "./request.ts";
import { rolledBack } from "./rolledBack.ts";
import { readSchema, type SchemaObject, schemaObjects } from "./schemaGuard.ts";
import { literal } from "./sql.ts";
import { verdict } from "./verdict.ts";

/** The points between which a runner can die. Each is reported before it is done, in this order; files repeat theirs. */
export type Step =
  | "bootstrap"
  | "lease"
  | "replan"
  | "bookmark"
  | "send"
  | "reconcile"
  | "readBack"
  | "renew"
  | "release";

/** What is true when the lease is held: read in one request, so it is one moment. */
export interface Snapshot {
  /** The ledger's names, in order. */
  readonly ledger: readonly string[];
  readonly schema: readonly SchemaObject[];
}

export interface ApplyOptions {
  readonly database: Database;
  /** Sends a file's request by the transport that the file needs. @default the database itself */
  readonly send?: (
    file: ApplicableFile,
    statements: readonly string[],
    attempt: string,
  ) => ReturnType<Database["run"]>;
  /** Once the tables are there, before the lease is taken. */
  readonly prepare?: () => Promise<void>;
  /** Decides again, under the lease, what is to be applied. Throws when that is no longer what was planned. */
  readonly replan: (snapshot: Snapshot) => Promise<readonly ApplicableFile[]> | readonly ApplicableFile[];
  /** Fingerprint of a schema, kept in the log. */
  readonly fingerprint: (schema: readonly SchemaObject[]) => string;
  /** Who is running: shown to whoever finds the lease taken. */
  readonly note: string;
  readonly tool: string;
  readonly actor: string | undefined;
  readonly uuid: () => string;
  /** Longer than D1 lets a request live: after it, one that left no trace never will. @default 45 000 */
  readonly quietWindowMs?: number;
  readonly onStep?: (step: Step, file: string | undefined) => void;
}

export interface Applied {
  readonly name: string;
  /** False when a rival, or an earlier run whose answer was lost, had committed it. */
  readonly byThisRun: boolean;
  readonly bookmarkBefore: string | undefined;
  readonly schemaAfter: string;
}

/**
 * Applies what `replan` says, each file in one transaction with its claim, fence, guards and verification.
 * Killed anywhere, the next call goes on where the ledger ends; no file is applied twice. A failure leaves what was
 * applied before it; the error carries the files that were (`applied`).
 */
export async function apply(options: ApplyOptions): Promise<readonly Applied[]> {
  const { database, onStep } = options;
  onStep?.("bootstrap", undefined);
  await rows(database, bootstrapStatements);
  await options.prepare?.();
  onStep?.("lease", undefined);
  const lease = await take(options);
  const applied: Applied[] = [];
  try {
    onStep?.("replan", undefined);
    let snapshot = await readSnapshot(database);
    const files = await options.replan(snapshot);
    for (const [i, file] of files.entries()) {
      if (i > 0) await renew(options, lease, file.name);
      const done = await applyOne(options, lease, file, snapshot);
      applied.push(done);
      onStep?.("readBack", file.name);
      snapshot = await readSnapshot(database);
      const schemaAfter = options.fingerprint(snapshot.schema);
      await rows(database, [
        `UPDATE "_mig_log" SET schema_after = ${literal(schemaAfter)} WHERE name = ${literal(file.name)} AND schema_after IS NULL`,
      ]);
      applied[applied.length - 1] = { ...done, schemaAfter };
    }
  } catch (error) {
    throw new ApplyFailed(applied, error);
  } finally {
    onStep?.("release", undefined);
    await database.run([releaseLease(lease)]);
  }
  return applied;
}

/** Some files may have been applied; `cause` says what stopped the next one. */
export class ApplyFailed extends Error {
  readonly applied: readonly Applied[];
  constructor(applied: readonly Applied[], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "ApplyFailed";
    this.applied = applied;
  }
}

async function take({ database, note, uuid }: ApplyOptions): Promise<Lease> {
  const holder = uuid();
  const [taken] = await rows(database, [takeLease(holder, note)]);
  const fence = taken?.[0]?.["fence"];
  if (typeof fence === "number") return { holder, fence };
  const [held] = await rows(database, [readLease]);
  const { note: by, seconds_left: secondsLeft } = held?.[0] ?? {};
  throw new UserError({
    what: "Another run is migrating this database",
    where: database.label,
    got: `its lease is held by ${by ?? "somebody"} for ${secondsLeft ?? "?"} s more`,
    expected: "a free lease",
    fix: "wait for that run to end; if it is dead its lease ends by itself",
  });
}

async function renew({ database, onStep }: ApplyOptions, lease: Lease, file: string): Promise<void> {
  onStep?.("renew", file);
  await keep(database, lease, file);
}

const lost = (database: Database, file: string): UserError =>
  new UserError({
    what: "The lease was lost while migrating",
    where: `${database.label}, before ${file}`,
    got: "another run took over",
    expected: "one run at a time",
    fix: "let the other run finish, then run this again: it goes on where the ledger ends",
  });

async function applyOne(
  options: ApplyOptions,
  lease: Lease,
  file: ApplicableFile,
  snapshot: Snapshot,
): Promise<Applied> {
  const { database, onStep } = options;
  onStep?.("bookmark", file.name);
  const bookmark = await bookmarkOf(database);
  const attempt = options.uuid();
  const statements = requestStatements({
    file,
    attempt,
    ...lease,
    applied: snapshot.ledger,
    schema: snapshot.schema,
    bookmarkBefore: bookmark,
    schemaBefore: options.fingerprint(snapshot.schema),
    tool: options.tool,
    actor: options.actor,
  });
  const finished = (byThisRun: boolean): Applied => ({
    name: file.name,
    byThisRun,
    bookmarkBefore: bookmark,
    schemaAfter: "",
  });
  for (;;) {
    onStep?.("send", file.name);
    const outcome = await (options.send ?? ((_file, all) => database.run(all)))(file, statements, attempt);
    const judged = verdict(outcome);
    switch (judged.kind) {
      case "committed":
        return finished(true);
      case "lostLease":
        throw lost(database, file.name);
      case "rolledBack":
        throw rolledBack(database, file, judged);
      case "later":
        await database.sleep(judged.retryAfterMs);
        await keep(database, lease, file.name);
        continue;
      case "alreadyApplied":
      case "unknown": {
        onStep?.("reconcile", file.name);
        const found = await reconcile(
          { ...options, quietWindowMs: judged.kind === "unknown" ? (options.quietWindowMs ?? 45_000) : 0 },
          lease,
          file,
          attempt,
        );
        if (found !== "absent") return finished(found === "ours");
        if (judged.kind === "alreadyApplied")
          throw new Error(`${file.name}: the ledger's UNIQUE refused it, yet the log has no row of it`);
        continue;
      }
      default:
        judged satisfies never;
    }
  }
}

async function keep(database: Database, lease: Lease, file: string): Promise<void> {
  const [renewed] = await rows(database, [renewLease(lease)]);
  if (renewed?.length !== 1) throw lost(database, file);
}

async function bookmarkOf(database: Database): Promise<string> {
  const outcome = await read(database.bookmark, attempts, database.sleep);
  if (outcome.kind === "done") return outcome.value;
  throw unanswered(database, outcome);
}

export async function readSnapshot(database: Database): Promise<Snapshot> {
  const [ledger, schema] = await rows(database, [`SELECT name FROM "d1_migrations" ORDER BY id`, readSchema]);
  return { ledger: (ledger ?? []).map((row) => String(row["name"])), schema: schemaObjects(schema ?? []) };
}
