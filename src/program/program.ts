import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { broughtBy } from "../artefact/brought.ts";
import { builtOf, codeOf } from "../artefact/built.ts";
import type { Code } from "../bundle/bundle.ts";
import { type Connection, connection } from "../cloudflare/connection.ts";
import { workersDevSubdomain } from "../cloudflare/workers-dev.ts";
import { check } from "../declare/check/index.ts";
import { workersOf } from "../declare/graph.ts";
import type { D1, System, Worker } from "../declare/index.ts";
import { refuse } from "../diagnostic/user-error.ts";
import { readFolder } from "../migrations/files/reading.ts";
import { variablesText } from "../reality/variable-text.ts";
import { agentHere, leaveToPerson } from "../settings/agent.ts";
import { type Given, type Settings, settingsOf } from "../settings/settings.ts";
import { keepStatements } from "../statements/kept.ts";
import { systemStatements } from "../statements/of-system.ts";
import { approvedOf } from "./approved.ts";
import { servingOf } from "./artefact.ts";
import { backupCode, backupPrefix, backupS3, backupWorkerOf } from "./backup-worker.ts";
import { byHand } from "./by-hand.ts";
import { deploy, ownsShared } from "./deploy.ts";
import { lossesOf } from "./losses/losses.ts";
import { notRunHere } from "./not-run-here.ts";
import type { Outputs } from "./outputs.ts";
import { notAtHome } from "./preflight/at-home.ts";
import { refusedBucket } from "./preflight/backup-bucket.ts";
import { missingBucketSecrets, refusedBackup } from "./preflight/backup-worker.ts";
import { refusedClassChanges } from "./preflight/class-changes.ts";
import { codeDiagnostics } from "./preflight/code-checks.ts";
import { existing } from "./preflight/existing.ts";
import { withoutProof } from "./preflight/proven.ts";
import { changedSinceBegun, ownJournal, refuseDuringRelease } from "./preflight/releasing.ts";
import { sharedNames } from "./preflight/shared-names.ts";
import { unlistedSystems } from "./preflight/unlisted.ts";
import { zoneIdsOf } from "./preflight/zones.ts";
import { halfMade } from "./state/half-made.ts";
import { halfSwitched, switchedImports } from "./state/half-switched.ts";
import { movesOf } from "./state/moves.ts";
import { ownState } from "./state/own-state.ts";
import { stateLost } from "./state/state-lost.ts";
import { textsForSecrets, variableChanges } from "./variables.ts";

/** The whole program: settings, checks, code, resources, in this order, so that nothing is registered when something is wrong. */
export async function program(given: Given): Promise<Outputs> {
  const settings = settingsOf(given);
  const { systems, stage } = settings;
  // However it was started: a plain `pulumi up` knows no recipe that would ask.
  if (stage.asksBeforeChange && !pulumi.runtime.isDryRun())
    leaveToPerson(`An update of ${stage.name}`, stage, await agentHere(given.env));
  refuse(check(systems, stage, { stageNames: settings.stages.map(({ name }) => name), root: given.root }));
  refuse(sharedNames(settings));
  refuse(await refusedBackup({ ...settings, accountId: settings.target.accountId }));
  if (settings.target.kind === "cloudflare")
    refuse(missingBucketSecrets(settings, settings.target.accountId));
  if (pulumi.runtime.isDryRun())
    for (const line of [...unlistedSystems(given.project.systems, settings), ...notRunHere(settings)])
      await pulumi.log.info(line);
  const contracted = withContracts(systems, given.root);
  const workers = systems.flatMap(workersOf);
  const state = await ownState();
  const beside = { root: given.root, target: settings.target.kind, stage: stage.name, env: given.env };
  if (!pulumi.runtime.isDryRun()) refuseDuringRelease(state, beside);
  refuse(notAtHome(state, settings));
  refuse(halfSwitched(state, settings));
  const api = (): Connection => connection(given.env, given.root);
  refuse(await stateLost(state, { systems, stage, accountId: settings.target.accountId, connection: api }));
  const s3 = await backupS3(settings, api);
  refuse(await refusedBucket({ ...settings, prefix: backupPrefix(settings), s3, connection: api }));
  const [losses, subdomain, found, changed, ...code] = await Promise.all([
    lossesOf(state, {
      systems,
      stage,
      ownsShared: ownsShared(settings),
      retired: settings.retired,
      accountId: settings.target.accountId,
      connection: api,
    }),
    subdomainOf(settings, given),
    existing(systems, {
      stage,
      owner: ownsShared(settings) ? undefined : settings.stages.find((each) => each.ownsShared),
      accountId: settings.target.accountId,
      inState: (type, name) => state.some((each) => each.type === type && each.name === name),
      connection: api,
    }),
    byHand(state, { api, accountId: settings.target.accountId, stage: stage.name, root: given.root }),
    ...workers.map(async (worker) => [worker, await codeOf(worker, given.root)] as const),
  ]);
  const made = new Map(code);
  const built = builtOf(systems, made, given.root);
  if (!pulumi.runtime.isDryRun()) refuse(changedSinceBegun(broughtBy(systems, built), beside));
  const serving = servingOf(built, state, settings, given);
  const approved = approvedOf(state, settings, losses, given.root);
  refuse([
    ...systems.flatMap((system) => codeDiagnostics(system, (worker) => made.get(worker)?.bundle, given.root)),
    ...losses.refused,
    ...approved.refused,
    ...(await withoutProof(settings, approved.used, given)),
    ...refusedClassChanges(state, systems, stage),
    ...textsForSecrets(state, systems, settings),
  ]);
  if (pulumi.runtime.isDryRun()) for (const line of losses.told) await pulumi.log.warn(line);
  for (const line of approved.told) await pulumi.log.warn(line);
  if (serving.doubt !== undefined)
    await pulumi.log.warn(
      `What ${stage.name} was recorded to serve is not believed: ${serving.doubt}. It counts as served from this up on`,
    );
  if (pulumi.runtime.isDryRun())
    for (const each of variableChanges(state, systems, settings)) await pulumi.log.info(variablesText(each));
  await keepCode(settings, made, given.root);
  // On the embedded target it makes zones that are missing: not for a run that was refused.
  const zoneIds = await zoneIdsOf(settings, given.root);
  const moves = movesOf(state, systems, stage, zoneIds);
  const madeBefore = await halfMade(state, {
    systems,
    stage,
    ownsShared: ownsShared(settings),
    accountId: settings.target.accountId,
    zoneIds,
    connection: api,
  });
  if (pulumi.runtime.isDryRun())
    for (const each of madeBefore.keys())
      await pulumi.log.info(
        `${each.slice(each.indexOf(" ") + 1)} is at Cloudflare already, under the declared name and with nothing in it: an earlier run made it, and this one goes on with it`,
      );
  const half = new Map([...madeBefore, ...switchedImports(state, settings)]);
  const read = {
    code: made,
    contracted,
    moves,
    halfMade: half,
    subdomain,
    zoneIds,
    ...found,
    state,
    byHand: changed,
    approved: approved.kept,
    serving,
    backupWorker: backupWorkerOf(settings, await backupCode(settings, given.root), s3),
    ...ownJournal(beside, settings.release?.ended === true),
  };
  return deploy(settings, { root: given.root, ...read });
}

/** Asked once in a run, and only where a worker answers there. */
async function subdomainOf({ target, systems }: Settings, { env, root }: Given): Promise<string | undefined> {
  const isUsed = systems.flatMap(workersOf).some(({ workersDev }) => workersDev);
  return target.kind === "embedded" || !isUsed
    ? undefined
    : workersDevSubdomain(connection(env, root), target.accountId);
}

/** Writes down what the code gives to its databases: the migrations' provider holds it against the schemas, in a process of its own. */
async function keepCode(
  { systems, stage }: Settings,
  code: ReadonlyMap<Worker, Code>,
  root: string,
): Promise<void> {
  await Promise.all(
    systems.map(async (system) => {
      const statements = await systemStatements(system, async (worker) => code.get(worker)?.bundle, root);
      keepStatements(root, { stage: stage.name, system: system.name }, statements);
    }),
  );
}

/** Databases whose migrations have a contract phase. Reading the folders also refuses files that cannot be read. */
function withContracts(systems: readonly System[], root: string): ReadonlySet<D1> {
  const databases = systems.flatMap((system) =>
    system.resources.filter((resource) => resource.kind === "d1"),
  );
  return new Set(
    databases.filter(
      ({ migrations }) =>
        migrations !== undefined &&
        readFolder(join(root, migrations)).some(({ phase }) => phase === "contract"),
    ),
  );
}
