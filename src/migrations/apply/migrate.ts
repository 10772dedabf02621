import { addressOf } from "../../cloudflare/workers-dev.ts";
import { runner } from "../../diagnostic/runner.ts";
import { type Diagnostic, refuse, UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows } from "../database/database.ts";
import type { D1Endpoint } from "../database/endpoint.ts";
import { importStatements } from "../database/import.ts";
import { deployMigrator, isMigrator, type Migrator, removeMigrator } from "../database/migrator.ts";
import { readSnapshot } from "../database/snapshot.ts";
import type { FileApproval } from "../files/applicable-file.ts";
import type { Phase } from "../files/directives.ts";
import type { MigrationFile } from "../files/reading.ts";
import { databaseOf, endpointOf, type Job, planLive } from "../plan/job.ts";
import { applicable, initialKey, type Plan } from "../plan/plan.ts";
import { type Applied, ApplyFailed, type ApplyOptions, apply, type Replanned } from "../protocol/apply.ts";
import { proveCanaries } from "../protocol/canaries.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { literal } from "../sql/literals.ts";
import { adoption } from "./adoption.ts";
import { ledgerRows } from "./ledger-rows.ts";
import { markStage } from "./stage-mark.ts";
import { takeOver } from "./take-over.ts";
import { tool } from "./tool.ts";

export interface MigrateOptions {
  readonly phase: Phase;
  readonly stage: string;
  /** What a person agreed to: name → checksum of each file that may run. */
  readonly agreed: ReadonlyMap<string, string>;
  /** Files that had to be approved of. @default - none */
  readonly approved?: ReadonlyMap<string, FileApproval>;
  /** What else speaks against a plan, asked again under the lease. @default - nothing */
  readonly refusals?: (plan: Plan) => readonly Diagnostic[];
  readonly onStep?: ApplyOptions["onStep"];
}

/**
 * Brings a live database up: plans again under the lease, then applies what the phase allows. An `expand` run of a new
 * database applies every file, since there is no old code.
 */
export async function migrate(job: Job, options: MigrateOptions): Promise<readonly Applied[]> {
  const database = databaseOf(job);
  const endpoint = endpointOf(job);
  let migrator: Promise<Migrator> | undefined;
  let script: string | undefined;
  const send: NonNullable<ApplyOptions["send"]> = async (file, statements, attempt) => {
    switch (file.transport) {
      case "query":
        return database.run(statements);
      case "import":
        return importStatements(endpoint, statements, attempt, database.sleep);
      case "migrator": {
        migrator ??= deployMigrator({
          endpoint,
          addressOf: (script) => addressOf(job.connection, job.accountId, script),
          uuid: () => crypto.randomUUID(),
          sleep: database.sleep,
          remember: async (name) => {
            script = name;
            await rows(database, [setMeta(migratorKey(name), name)]);
          },
        });
        return (await migrator).run(statements);
      }
      default:
        return file.transport satisfies never;
    }
  };
  // Its own and no other: the lease is free by now, and the next run may have a migrator already.
  const tidy = async (): Promise<void> => {
    if (script !== undefined) await removeAndForget(database, endpoint, script);
  };
  let applied: readonly Applied[];
  try {
    applied = await apply({
      database,
      send,
      prepare: async () => {
        await proveCanaries(database, endpoint);
        await markStage(database, options.stage);
      },
      replan: (held) => replan(job, options, database, held),
      fingerprint,
      note: `stage ${options.stage}, ${runner()}, process ${process.pid}`,
      tool,
      actor: runner(),
      uuid: () => crypto.randomUUID(),
      ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
    });
    await rows(database, [`DELETE FROM "_mig_meta" WHERE k = ${literal(initialKey)}`]);
  } catch (error) {
    const left = await tidy().then(
      () => [],
      (leftover: unknown) => [leftover],
    );
    throw left.length === 0 ? error : both(error, left[0]);
  }
  await tidy();
  return applied;
}

/** What stopped the run comes first; that its Worker is still there is told with it. */
function both(error: unknown, leftover: unknown): Error {
  const [cause, applied] = error instanceof ApplyFailed ? [error.cause, error.applied] : [error, []];
  if (!(cause instanceof UserError && leftover instanceof UserError))
    return new AggregateError([error, leftover], `${String(error)}\n\n${String(leftover)}`);
  const others = [...cause.others, leftover.diagnostic, ...leftover.others];
  return new ApplyFailed(applied, new UserError(cause.diagnostic, { cause, others }));
}

/** What a run writes down about its migrator Worker, so that it is removed even when the run is killed: each in a row of its own. */
const migratorKey = (script: string): string => `migrator/${script}`;

const setMeta = (key: string, value: string): string =>
  `INSERT OR REPLACE INTO "_mig_meta"(k, v) VALUES (${literal(key)}, ${literal(value)})`;

async function removeAndForget(database: Database, endpoint: D1Endpoint, script: string): Promise<void> {
  await removeMigrator(endpoint, script);
  await rows(database, [`DELETE FROM "_mig_meta" WHERE k = ${literal(migratorKey(script))}`]);
}

async function replan(
  job: Job,
  { phase, agreed, approved, refusals }: MigrateOptions,
  database: Database,
  held: string,
): Promise<Replanned> {
  const snapshot = await readSnapshot(database);
  // What a killed run left behind. Nobody else is using it: this run holds the lease.
  for (const script of snapshot.meta.values())
    if (isMigrator(script) && snapshot.meta.has(migratorKey(script)))
      await removeAndForget(database, endpointOf(job), script);
  const plan = await planLive(job, database, snapshot);
  refuse([...plan.refusals, ...(refusals?.(plan) ?? [])]);
  if (plan.adopted.length > 0)
    // Their schema was just seen to be the database's.
    await rows(database, [held, ...adoption(plan.adopted, fingerprint(plan.schema))]);
  if (plan.squash !== undefined) {
    const { file } = plan.squash;
    if (agreed.get(file.name) !== file.checksum) throw notAgreed(job, file);
    await rows(database, [held, ...takeOver(plan, snapshot)]);
  } else if (plan.unledgered.length > 0)
    await rows(database, [held, ...ledgerRows(plan.unledgered, plan.ledger)]);
  const chosen = plan.isNew || phase === "expand" ? plan.expand : plan.contract;
  for (const file of chosen)
    if (agreed.get(file.file.name) !== file.file.checksum) throw notAgreed(job, file.file);
  if (plan.isNew && chosen.length > 0) await rows(database, [held, setMeta(initialKey, "running")]);
  const files = chosen.map((planned) => {
    const approval = approved?.get(planned.file.name);
    return { ...applicable(planned), ...(approval !== undefined && { approval }) };
  });
  return { files, ledger: plan.ledger, schema: snapshot.schema };
}

const notAgreed = (job: Job, file: MigrationFile): UserError =>
  new UserError({
    what: `${file.name} is not what the preview showed`,
    where: job.label,
    got: file.checksum,
    expected: "the files and checksums of the preview",
    fix: "run the preview again, and apply what it shows; nothing was applied",
  });
