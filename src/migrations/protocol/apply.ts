import { read } from "../../cloudflare/http.ts";
import { attempts, type Database, rows, unanswered } from "../database/database.ts";
import { readSnapshot } from "../database/snapshot.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import { bootstrapStatements } from "../sql/ledger-tables.ts";
import { literal, nullable } from "../sql/literals.ts";
import { type SchemaObject, schemaObjects } from "../sql/schema-guard.ts";
import { keep, take } from "./holding.ts";
import { type Lease, leaseHeld, releaseLease } from "./lease.ts";
import { reconcile } from "./reconcile.ts";
import { requestStatements } from "./request.ts";
import { drifted, rolledBack } from "./rolled-back.ts";
import { unsettled } from "./unsettled.ts";
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

/** Ledger and schema of one moment under the lease. */
export interface Snapshot {
  /** The ledger's names, in order. */
  readonly ledger: readonly string[];
  readonly schema: readonly SchemaObject[];
}

/** What is to be applied, and what that was decided from: each request asserts that it is still so. */
export interface Replanned extends Snapshot {
  readonly files: readonly ApplicableFile[];
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
  /**
   * Reads the database and decides again, under the lease, what is to be applied. Throws when that is no longer what was planned.
   * @param held what it writes itself begins with this statement, which fails where the lease was lost
   */
  readonly replan: (held: string) => Promise<Replanned>;
  /** Fingerprint of a schema, kept in the log. */
  readonly fingerprint: (schema: readonly SchemaObject[]) => string;
  /** Who is running: shown to whoever finds the lease taken. */
  readonly note: string;
  readonly tool: string;
  readonly actor: string | undefined;
  readonly uuid: () => string;
  readonly onStep?: (step: Step, file: string | undefined) => void;
}

export interface Applied {
  readonly name: string;
  /** False when a rival, or an earlier run whose answer was lost, had committed it. */
  readonly byThisRun: boolean;
  readonly bookmarkBefore: string | undefined;
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
  let lease = await take(database, options.uuid(), options.note);
  const applied: Applied[] = [];
  try {
    // Each bookmark is read while the lease rests, and the fence grows after it: a restore of it frees the lease, for others alone.
    let bookmark = await bookmarkOf(options, undefined);
    lease = await renew(options, lease, "the first file");
    onStep?.("replan", undefined);
    const { files, ...planned } = await options.replan(leaseHeld(lease));
    let snapshot: Snapshot = planned;
    for (const [i, file] of files.entries()) {
      if (i > 0) {
        bookmark = await bookmarkOf(options, file.name);
        lease = await renew(options, lease, file.name);
      }
      const { left, lease: kept, ...done } = await applyOne(options, lease, { file, bookmark, snapshot });
      lease = kept;
      applied.push(done);
      onStep?.("readBack", file.name);
      if (left !== undefined) await correctLog(options, file, left);
      snapshot =
        left === undefined
          ? await readBack(options, file)
          : { ledger: [...snapshot.ledger, file.name], schema: left };
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

async function renew({ database, onStep }: ApplyOptions, lease: Lease, before: string): Promise<Lease> {
  onStep?.("renew", before);
  return keep(database, lease, before);
}

/** The log has what the plan expected of the file; what it really left was read inside its transaction. */
async function correctLog(
  { database, fingerprint }: ApplyOptions,
  file: ApplicableFile,
  left: readonly SchemaObject[],
): Promise<void> {
  const schemaAfter = fingerprint(left);
  if (schemaAfter === file.schemaAfter) return;
  await rows(database, [
    `UPDATE "_mig_log" SET schema_after = ${literal(schemaAfter)} WHERE name = ${literal(file.name)} AND schema_after IS ${nullable(file.schemaAfter)}`,
  ]);
}

/** What a file left whose answer was lost. A change by hand in between is not taken for the file's: the next preview shows it. */
async function readBack({ database, fingerprint }: ApplyOptions, file: ApplicableFile): Promise<Snapshot> {
  const snapshot = await readSnapshot(database);
  if (file.schemaAfter !== undefined && fingerprint(snapshot.schema) !== file.schemaAfter)
    throw drifted(database, file);
  return snapshot;
}

/** How often a request that was not carried out is sent again: after so many it is the request, not the network. */
const sends = 3;
/** A network that was away for a moment is there again. */
const pauseMs = 5000;

/** A file, and what was there right before it. */
interface Due {
  readonly file: ApplicableFile;
  readonly bookmark: string;
  readonly snapshot: Snapshot;
}

interface AppliedOne extends Applied {
  /** The schema; undefined when the answer was lost. */
  readonly left: readonly SchemaObject[] | undefined;
  readonly lease: Lease;
}

async function applyOne(
  options: ApplyOptions,
  given: Lease,
  { file, bookmark, snapshot }: Due,
): Promise<AppliedOne> {
  const { database, onStep } = options;
  const attempt = options.uuid();
  let lease = given;
  const claimed = (): readonly string[] =>
    requestStatements({
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
  const finished = (byThisRun: boolean, left?: readonly SchemaObject[]): AppliedOne => ({
    name: file.name,
    byThisRun,
    bookmarkBefore: bookmark,
    left,
    lease,
  });
  let lostSends = 0;
  for (;;) {
    onStep?.("send", file.name);
    const outcome = await (options.send ?? ((_file, all) => database.run(all)))(file, claimed(), attempt);
    const judged = verdict(outcome);
    switch (judged.kind) {
      case "committed":
        return finished(
          true,
          judged.left === undefined ? (await readSnapshot(database)).schema : schemaObjects(judged.left),
        );
      case "lostLease":
        // Taken by another run, or only run out while this one stood still: then it can be had again, and the guards hold.
        lease = await keep(database, lease, file.name);
        continue;
      case "rolledBack":
        throw rolledBack(database, file, judged);
      case "later":
        await database.sleep(judged.retryAfterMs);
        lease = await keep(database, lease, file.name);
        continue;
      case "alreadyApplied":
      case "unknown": {
        onStep?.("reconcile", file.name);
        const { found, lease: kept } = await reconcile(database, lease, file, attempt);
        lease = kept;
        if (found !== "absent") return finished(found === "ours");
        if (judged.kind === "alreadyApplied")
          throw new Error(`${file.name}: the ledger's UNIQUE refused it, yet the log has no row of it`);
        if (++lostSends === sends) throw unsettled(database, file, judged.message, lostSends);
        await database.sleep(pauseMs * lostSends);
        continue;
      }
      default:
        judged satisfies never;
    }
  }
}

async function bookmarkOf({ database, onStep }: ApplyOptions, file: string | undefined): Promise<string> {
  onStep?.("bookmark", file);
  const outcome = await read(database.bookmark, attempts, database.sleep);
  if (outcome.kind === "done") return outcome.value;
  throw unanswered(database, outcome);
}
