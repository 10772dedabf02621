import { resolve } from "node:path";
import { z } from "zod";
import { approvalsOfFiles, unapprovedFiles } from "../../approvals/migration-files.ts";
import { readServing } from "../../cloudflare/deployments.ts";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { type Diagnostic, placed, refusingAt, render, UserError } from "../../diagnostic/user-error.ts";
import { unknownValue } from "../../engine/property-values.ts";
import type { migrate } from "../../migrations/apply/migrate.ts";
import { otherStage, stageKey } from "../../migrations/apply/stage-mark.ts";
import { type HeldPlan, withCode } from "../../migrations/code/code-check.ts";
import { mayBeRefused, previewCosts } from "../../migrations/cost/preview-costs.ts";
import { request } from "../../migrations/database/endpoint.ts";
import { readSnapshot } from "../../migrations/database/snapshot.ts";
import { checksums, fileLines, latest, lists } from "../../migrations/files/file-lines.ts";
import { inOrder } from "../../migrations/files/names.ts";
import { type MigrationFile, readFolder } from "../../migrations/files/reading.ts";
import { databaseOf, endpointOf, type Job, planLive, planNew } from "../../migrations/plan/job.ts";
import { brokenOpening } from "../../migrations/plan/opening.ts";
import type { Plan } from "../../migrations/plan/plan.ts";
import { fingerprint } from "../../migrations/sql/fingerprint.ts";
import { keptStatements } from "../../statements/kept.ts";
import { concerned, folderOf, jobOf, type MigrationsInputs, ownFiles, stepInputs } from "./step-inputs.ts";

const linesOf = z.object({ files: z.record(z.string(), z.string()).default({}) });

/** What a state may hold that an earlier release wrote. */
const recorded = stepInputs.extend({ label: z.string().default(""), stage: z.string().default("") });

const outputs = z.object({
  lastFile: z.string().default(""),
  bookmarks: z.record(z.string(), z.string()).default({}),
});

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/**
 * The dynamic provider behind the resource `Migrations`. It is loaded at run time by the resource's constant text, so
 * nothing of it is in anybody's state. Only files and their checksums are inputs: what a database looks like is not, or a
 * saved plan could not be applied.
 */
export const provider = {
  /** In preview and up: everything that speaks against running the files is said here, before anything is changed. */
  async check(olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: Failure[] }> {
    const given = stepInputs.parse(news);
    try {
      const read = readFolder(resolve(given.directory));
      const files = fileLines(concerned(given, read), linesOf.parse(olds ?? {}).files);
      return { inputs: { ...record(news), files }, failures: await diagnostics(given, read, files) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return {
        inputs: news,
        failures: [{ property: "", reason: placed(error, placeOfRun(given.stage)).message }],
      };
    }
  },

  /** Always explicit: without it the engine would compare everything, this text's own loader too. */
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    const before = recorded.parse(olds);
    const after = stepInputs.parse(news);
    const moved = before.databaseId !== after.databaseId || before.accountId !== after.accountId;
    const edited = ownFiles(after).some(([name, line]) => before.files[name] !== line);
    const last = ownFiles(after).at(-1)?.[0];
    const behind = last !== undefined && inOrder(last, outputs.parse(olds).lastFile || "0000") > 0;
    const elsewhere = Object.entries(before.files).some(
      ([name, line]) => line === appliedElsewhere && after.files[name] === undefined,
    );
    const lost = seenPending.has(stepOf(after));
    // A rollback that put the database back takes its opening away: what this step says of the database is old then.
    const closed = before.opening !== undefined && after.opening === undefined;
    return {
      changes: moved || edited || behind || elsewhere || lost || closed,
      replaces: moved ? ["databaseId"] : [],
    };
  },

  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const given = stepInputs.parse(news);
    return { id: stepOf(given), outs: await at(given, () => run(given, news, {})) };
  },

  async update(_id: string, olds: unknown, news: unknown): Promise<{ outs: unknown }> {
    const given = stepInputs.parse(news);
    return { outs: await at(given, () => run(given, news, outputs.parse(olds).bookmarks)) };
  },

  /** On refresh: what other tools applied, and a restore to an earlier moment, become visible. */
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown; inputs?: unknown }> {
    const before = recorded.parse(props);
    const job = jobOf(before);
    if (await isGone(job)) return { id: "", props: {} };
    const { ledger, ...found } = await at(before, () => live(job));
    const state = { ...record(props), ...found };
    const foreign = before.phase === "expand" ? ledger.filter((name) => !lists(before.files, name)) : [];
    if (foreign.length === 0) return { id, props: state };
    const files = {
      ...before.files,
      ...Object.fromEntries(foreign.map((name) => [name, appliedElsewhere])),
    };
    const inputs = Object.fromEntries(Object.entries(state).filter(([name]) => !isOutput(name)));
    return { id, props: { ...state, files }, inputs: { ...inputs, files } };
  },

  /** A database outlives the resource that migrates it: nothing is undone. */
  async delete(): Promise<void> {},
};

async function run(
  given: MigrationsInputs,
  news: unknown,
  bookmarks: Readonly<Record<string, string>>,
): Promise<unknown> {
  const job = jobOf(given);
  const read = readFolder(job.directory);
  const files = concerned(given, read);
  const agreed = checksums(given.files, files);
  const own = ownFiles(given);
  if (given.phase === "contract" && own.length > 0) await stillOpen(given, job);
  // A contract step without an open file has nothing to look at.
  const applied =
    given.phase === "contract" && own.length === 0
      ? []
      : await applyFiles(job, {
          phase: given.phase,
          stage: given.stage,
          agreed,
          approved: approvalsOfFiles(given, read),
          refusals: (plan) => unapprovedFiles(given, plan, read),
        });
  const taken = Object.fromEntries(applied.map(({ name, bookmarkBefore }) => [name, bookmarkBefore ?? ""]));
  const { ledger: _, ...found } = await live(job);
  return {
    ...record(news),
    ...found,
    // All of them are applied, or wait for their own phase: later ups carry a short list.
    files: fileLines(files, given.files),
    bookmarks: latest({ ...bookmarks, ...taken }),
  };
}

/** In the place of a file's checksum, where a refresh finds it applied although no up of this stack did. */
const appliedElsewhere = "applied by another tool";

const isOutput = (name: string): boolean => ["applied", "lastFile", "schema", "bookmarks"].includes(name);

/** Loaded when something is to be applied, not at every start: most runs change no database. A failure says what had been applied before it. */
async function applyFiles(job: Job, request: Parameters<typeof migrate>[1]): ReturnType<typeof migrate> {
  const pending = await import("../../migrations/apply/migrate.ts");
  const { ApplyFailed } = await import("../../migrations/protocol/apply.ts");
  try {
    return await pending.migrate(job, request);
  } catch (error) {
    if (!(error instanceof ApplyFailed)) throw error;
    const before = error.applied.map(({ name }) => name).join(", ");
    const told =
      error.cause instanceof UserError
        ? placed(error.cause, placeOfRun(request.stage)).message
        : ((error.cause instanceof Error ? error.cause.stack : undefined) ?? error.message);
    const all =
      before === "" ? told : `${told}\n\nApplied before it: ${before}. The next up goes on behind them.`;
    throw new Error(all, { cause: error });
  }
}

async function live(
  job: Job,
): Promise<{ ledger: readonly string[]; applied: number; lastFile: string; schema: string }> {
  const { ledger, schema } = await readSnapshot(databaseOf(job));
  return { ledger, applied: ledger.length, lastFile: ledger.at(-1) ?? "", schema: fingerprint(schema) };
}

/** Deleted by somebody else: what migrated it has nothing to be about any more, and a refresh must not fail on it. */
async function isGone(job: Job): Promise<boolean> {
  const outcome = await request(endpointOf(job), "GET", "", undefined);
  return outcome.kind === "refused" && outcome.code === databaseNotFound;
}

/** Any other 404 is a wrong account or address. */
const databaseNotFound = 7404;

/** Steps whose database was seen, in this run's `check`, to lack files that a state may count as applied: after a restore, for one. */
const seenPending = new Set<string>();
const stepOf = ({ databaseId, phase }: MigrationsInputs): string => `${databaseId}/${phase}`;

/** A state that an earlier release wrote may name no stage. */
const at = <Value>({ stage }: { readonly stage: string }, work: () => Promise<Value>): Promise<Value> =>
  refusingAt(placeOfRun(stage === "" ? undefined : stage), work);

async function diagnostics(
  given: MigrationsInputs,
  read: readonly MigrationFile[],
  files: Readonly<Record<string, string>>,
): Promise<Failure[]> {
  seenPending.delete(stepOf(given));
  if (given.phase === "contract") {
    const isIdle = given.databaseId === unknownValue || Object.keys(files).length === 0;
    if (isIdle) return [];
  }
  const plan =
    given.databaseId === unknownValue
      ? planNew({ ...folderOf(given), read })
      : await planOfStage(given, { ...jobOf(given), read });
  const job = given.databaseId === unknownValue ? undefined : jobOf(given);
  if (given.phase === "contract" && plan.contract.length > 0) await stillOpen(given, jobOf(given));
  const takesOver = given.phase === "expand" && plan.squash !== undefined;
  if (plan[given.phase].length > 0 || takesOver) seenPending.add(stepOf(given));
  const root = process.cwd();
  const written = keptStatements(root, given.stage, given.label.split("/")[0] ?? "");
  const held = await withCode(plan, { root, workers: given.workers, job, written });
  const refusals = [
    ...held.plan.refusals,
    ...unapprovedFiles(given, held.plan, read),
    ...(await costly(held, job)),
  ];
  return refusals.map((diagnostic) => ({
    // Without a property: the engine would put its value, `{<nil>}`, before the reason.
    property: "",
    reason: render(diagnostic, placeOfRun(given.stage)),
  }));
}

/** What costs too much. Asked only where that could be said: what else there is to say, the plan's hook does. */
async function costly({ plan, statements }: HeldPlan, job: Job | undefined): Promise<readonly Diagnostic[]> {
  if (job === undefined || !mayBeRefused(plan)) return [];
  return (await previewCosts(plan, databaseOf(job), statements)).refusals;
}

/** A database that is marked for another stage is not looked at any further. */
async function planOfStage(given: MigrationsInputs, job: Job): Promise<Plan> {
  const database = databaseOf(job);
  const snapshot = await readSnapshot(database);
  const marked = snapshot.meta.get(stageKey);
  if (marked !== undefined && marked !== given.stage)
    throw new UserError(otherStage(job.label, marked, given.stage));
  return planLive(job, database, snapshot);
}

/** An opening is checked again at every run: a rollout that began since then closes it. */
async function stillOpen(
  { opening, workers, label, accountId }: MigrationsInputs,
  { connection: to }: Job,
): Promise<void> {
  if (opening === undefined) return;
  const broken = brokenOpening(opening, await readServing(to, accountId, workers));
  if (broken.length === 0) return;
  throw new UserError({
    what: `The contract that was opened through ${opening.through} may not run now`,
    where: label,
    got: broken.join("; "),
    expected: "every worker that binds the database served by the version that it was opened for, alone",
    fix: sentence`finish the rollout, or bring that version back; or open it for what serves now: ${command("db contract")}`,
  });
}

const record = (value: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(value);
