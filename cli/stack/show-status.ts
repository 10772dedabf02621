import { workerRun } from "../../src/backup/bucket/worker-run.ts";
import { configuredBackup } from "../../src/backup/declared.ts";
import { overdueOf, overdueText } from "../../src/backup/due.ts";
import { isProven, proofText } from "../../src/backup/journal.ts";
import { proofNow } from "../../src/backup/proof-now.ts";
import { backupSettings } from "../../src/backup/settings.ts";
import { faultText, standingOf } from "../../src/backup/standing.ts";
import { connection } from "../../src/cloudflare/connection.ts";
import { endsSoon, ownToken } from "../../src/cloudflare/own-token.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import { listedSystems } from "../../src/declare/listed-systems.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../src/diagnostic/sentence.ts";
import type { Stage } from "../../src/project/stage.ts";
import { drift } from "../../src/reality/drift.ts";
import type { Finding } from "../../src/reality/finding.ts";
import type { StateResource } from "../../src/reality/state.ts";
import { releasesFolder } from "../../src/release/journal/under-way.ts";
import { underWayText } from "../../src/release/waiting.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import type { Asked } from "../status/asking.ts";
import { backupScript, notableOfBackupWorker, readBy } from "../status/backup-worker.ts";
import { type MigratedDatabase, migrationsStatus } from "../status/migrations.ts";
import { notable } from "../status/notable.ts";
import { type NamedStore, storesStatus } from "../status/stores.ts";
import { type Status, statusTable } from "../status/table.ts";
import { type NamedWorker, workersStatus } from "../status/workers.ts";
import { stageTarget } from "./account.ts";
import type { Run } from "./engine/pulumi.ts";
import { readOutputs, type StackOutputs } from "./outputs/read-outputs.ts";
import { servedSystems } from "./outputs/served.ts";
import type { Request, TargetName } from "./request.ts";
import { stackFileOf } from "./stack-file.ts";
import { keysOf } from "./stage-keys.ts";
import { stateOf } from "./state.ts";

/** What is known of a stage that is up. */
export interface StageStatus {
  readonly status: Status;
  readonly outputs: StackOutputs;
  readonly state: readonly StateResource[];
  readonly findings: readonly Finding[];
  readonly asked: Asked;
  readonly scripts: readonly NamedWorker[];
}

/** Shows on one screen how a stage is: what serves, what is stored, what waits, and what somebody should look at. Changes nothing. */
export async function showStatus(
  { target, rest }: Request,
  stage: Stage,
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const found = await stageStatus(stage, target, run, systems);
  if (found === undefined) {
    const place = placeOfTarget(stage.name, target, run.root);
    const made = (await stateOf(stage, run))?.length ?? 0;
    const said =
      made === 0
        ? sentence`Nothing of ${stage.name} is up, so nothing is to be seen. ${command("up")} brings it up.`
        : sentence`The first up of ${stage.name} did not come to its end: ${made} resources are made, and none of them is told of yet. ${command("up")} goes on.`;
    process.stderr.write(`${inPlace(said, place)}\n`);
    if (rest.includes("--json")) process.stdout.write(`${JSON.stringify({ stage: stage.name })}\n`);
    return 0;
  }
  process.stdout.write(
    rest.includes("--json") ? `${JSON.stringify(found.status, null, 2)}\n` : statusTable(found.status),
  );
  return 0;
}

/** What each finding wants done does not go on one screen: a store that is gone has several ways on. */
const remedies = sentence`what to do about what is otherwise than the stack left it: ${command("drift")}`;

/** Asks how a stage is; undefined where nothing of it is up. */
export async function stageStatus(
  stage: Stage,
  target: TargetName,
  run: Run,
  systems: readonly System[],
): Promise<StageStatus | undefined> {
  const [outputs, state] = await Promise.all([readOutputs(stage, run), stateOf(stage, run)]);
  if (outputs === undefined || state === undefined) return undefined;
  const { accountId } = stageTarget(stage, run.env, run.root);
  const asked = { api: connection(run.env, run.root), accountId };
  const now = new Date();
  const scripts = workersIn(outputs, systems, stage);
  const config = configValues(stackFileOf(stage, target, run.root));
  const configured = configuredBackup(config, systems, stage);
  const keys = keysOf({ stage, target }, run.root);
  const whose = { root: run.root, stage: stage.name, target, configured, keys };
  const byWorker = backupSettings(configured)?.by === "worker";
  const [workers, stores, findings, migrations, token] = await Promise.all([
    workersStatus(asked, [...scripts, ...(byWorker ? [backupScript(stage)] : [])], now),
    storesStatus(asked, storesIn(outputs, systems), now),
    drift({ state, api: asked.api, accountId, root: run.root, everywhere: true }),
    migrationsStatus(asked, migratedIn(outputs, systems), run.root),
    // The embedded one's own never ends.
    target === "cloudflare" ? ownToken(asked.api, accountId) : undefined,
  ]);
  const ending = token === undefined ? undefined : endsSoon(token, now);
  const proof = await proofNow(whose, () => run.env, now);
  const { faults } = standingOf(whose);
  // Of a place that does not answer nobody knows what is there.
  const missing = proof.kind === "unknown" ? undefined : overdueOf(whose, now);
  const writing = byWorker
    ? {
        schedule: [backupSettings(configured)?.schedule ?? []].flat(),
        ...(await workerRun(whose, () => run.env)),
      }
    : undefined;
  const place = placeOfTarget(stage.name, target, run.root);
  const release = underWayText(releasesFolder(run.root, target, stage.name));
  const status: Status = {
    stage: stage.name,
    systems: servedSystems(outputs),
    workers,
    stores,
    migrations,
    backup: proofText(proof),
    ...(writing !== undefined && { backupWorker: writing }),
    notable: [
      ...(release === undefined ? [] : [release]),
      ...notable(workers, stores, findings, migrations),
      ...(findings.length === 0 ? [] : [inPlace(remedies, place)]),
      ...(writing === undefined
        ? []
        : notableOfBackupWorker(
            writing,
            readBy(listedSystems(systems, config["lockstep:systems"], stage)),
          ).map((said) => inPlace(said, place))),
      // What can be made again needs no backup.
      ...(stage.protected && !isProven(proof) ? [`backups: ${proofText(proof)}`] : []),
      ...(stage.protected && missing !== undefined ? [`backups: ${overdueText(missing)}`] : []),
      // Whoever makes backups of what can be made again has a reason.
      ...faults.map((fault) => `backups: ${faultText(fault)}`),
      ...(ending === undefined ? [] : [ending]),
    ],
  };
  return { status, outputs, state, findings, asked, scripts };
}

const migratedIn = ({ stores }: StackOutputs, systems: readonly System[]): readonly MigratedDatabase[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const label = `${system.name}/${resource.name}`;
      const databaseId = stores[label]?.id;
      return resource.kind === "d1" && resource.migrations !== undefined && databaseId !== undefined
        ? [{ label, databaseId, folder: resource.migrations }]
        : [];
    }),
  );

/** The workers that are up, by what Cloudflare calls them. One that is declared no more has no name to ask for: drift knows of it. */
const workersIn = ({ versions }: StackOutputs, systems: readonly System[], stage: Stage) =>
  systems.flatMap((system) =>
    workersOf(system)
      .map((worker) => ({ name: `${system.name}/${worker.name}`, script: physicalName(worker, stage) }))
      .filter(({ name }) => name in versions),
  );

const storesIn = ({ stores, databases }: StackOutputs, systems: readonly System[]): readonly NamedStore[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const label = `${system.name}/${resource.name}`;
      const found = stores[label];
      if (resource.kind === "worker" || found === undefined) return [];
      const jurisdiction = (resource.kind === "r2" ? resource.jurisdiction : undefined) ?? "default";
      const { lastMigration, applied } = databases[label] ?? {};
      const { name, id } = found;
      return [{ label, kind: resource.kind, name, id, jurisdiction, lastMigration, applied }];
    }),
  );
