import * as pulumi from "@pulumi/pulumi";
import type { Approval } from "../approvals/approval.ts";
import type { Code } from "../bundle/bundle.ts";
import { workersOf } from "../declare/graph.ts";
import type { D1, Worker } from "../declare/index.ts";
import { linksOf } from "../declare/links.ts";
import { Guard, guardType } from "../dynamic/guard.ts";
import { Target, type TargetArgs } from "../dynamic/target.ts";
import { workerRecord } from "../dynamic/worker-record.ts";
import { knownIn } from "../reality/known.ts";
import type { StateResource } from "../reality/state.ts";
import { orderOf } from "../release/order/order.ts";
import { Provider } from "../resources/cloudflare.ts";
import type { Context } from "../resources/context.ts";
import { adviceOnError, migrationsBeforeCode } from "../resources/hooks.ts";
import { deployNotifications } from "../resources/stores/buckets/notifications.ts";
import { deployContracts } from "../resources/stores/contract.ts";
import { deployPullConsumers } from "../resources/stores/pull-consumers.ts";
import { deployStores } from "../resources/stores/stores.ts";
import { deployBackupWorker } from "../resources/workers/backup-worker.ts";
import { backwards } from "../resources/workers/backwards.ts";
import { nothingNewInSteps } from "../resources/workers/nothing-new.ts";
import { deploySmoke } from "../resources/workers/smoke.ts";
import { type DeployedWorker, deployWorkers, isWayBack } from "../resources/workers/workers.ts";
import type { Settings } from "../settings/settings.ts";
import { urlsOf } from "./addresses.ts";
import { artefactOf, type Serving } from "./artefact.ts";
import type { PreparedBackupWorker } from "./backup-worker.ts";
import type { ByHand } from "./by-hand.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import { promotionOf } from "./promotion.ts";
import type { HalfMade } from "./state/half-made.ts";
import { holdersOf } from "./state/holders.ts";
import { identities } from "./state/identities.ts";
import type { Moves } from "./state/moves.ts";

/** What was read from the project's files, and asked of the account, before anything is registered. */
export interface Prepared {
  readonly root: string;
  readonly code: ReadonlyMap<Worker, Code>;
  /** Ids of zones, by what is in them. */
  readonly zoneIds: ReadonlyMap<string, string>;
  /** Databases whose folder has contract files. */
  readonly contracted: ReadonlySet<D1>;
  /** Ids that declarations adopt in this stage and that are in the account. */
  readonly adoptable: ReadonlySet<string>;
  /** `<system>/<name>` of stores that another stage owns and that are not there yet. */
  readonly unmade: ReadonlySet<string>;
  /** What the stack's state has; empty before the first `up`. */
  readonly state: readonly StateResource[];
  readonly byHand: ByHand;
  /** What this run and earlier ones were approved by. */
  readonly approved: readonly Approval[];
  /** What is built, and what served before. @default - nothing was built: it is only imagined */
  readonly serving?: Serving;
  /** Of the release whose `up` this is. @default - it is no release's */
  readonly journals?: TargetArgs["journals"];
  /** What the state has under another name. */
  readonly moves: Moves;
  /** What an earlier run made without having heard of it. */
  readonly halfMade: HalfMade;
  /** The worker that writes the stage's backups. @default - none does */
  readonly backupWorker?: PreparedBackupWorker | undefined;
  /** Of the account's workers.dev addresses. @default - it has none, or the target is embedded */
  readonly subdomain?: string | undefined;
}

/** Registers every resource of the stack. Settings and systems have been checked. */
export function deploy(settings: Settings, prepared: Prepared): Outputs {
  const { stage, target, systems } = settings;
  const first = new Target("target", {
    stage: stage.name,
    target: target.kind,
    accountId: target.accountId,
    systems: Object.fromEntries(systems.map((system) => [system.name, identities(system, stage)])),
    retired: settings.retired,
    workers: workerRecord(systems, stage),
    holds: holdersOf(systems),
    stores: knownIn(prepared.state),
    forgotten: settings.forgotten,
    ...releaseOf(settings),
    repairs: prepared.byHand.repairs,
    approved: prepared.approved,
    ...(prepared.journals !== undefined && { journals: prepared.journals }),
    ...(prepared.serving !== undefined && promotionOf(settings, prepared.serving)),
  });
  const provider = providerOf(settings, first);
  const real = target.kind === "cloudflare";
  const hooks = { onError: [adviceOnError(stage, prepared.root)] };
  const { release } = settings;
  const beforeVersion = [
    ...(release?.prepared === true ? [nothingNewInSteps(stage, prepared.root, release.id)] : []),
    migrationsBeforeCode(systems, stage, prepared.root),
  ];
  const shared = {
    stage,
    accountId: target.accountId,
    secrets: settings.secrets,
    real,
    ownsShared: ownsShared(settings),
    adoptable: prepared.adoptable,
    unmade: prepared.unmade,
    foreign: prepared.byHand.foreign,
    forced: prepared.byHand.forced,
    moves: prepared.moves,
    halfMade: prepared.halfMade,
    provider,
    target: first,
    zoneIds: prepared.zoneIds,
  };
  const everywhere: Omit<Context, "system"> = {
    ...shared,
    hooks,
    beforeVersion,
    contracts: settings.contracts,
    approvals: settings.approvals,
  };
  const order = orderOf(systems, linksOf(systems, stage));
  const home = new Map(
    systems.flatMap((system) => workersOf(system).map((worker) => [worker, system] as const)),
  );
  const goingBack = backwards(
    order.waves.map(({ workers }) => workers),
    order.kept,
    (worker) => isWayBack(settings.rollouts[`${home.get(worker)?.name}/${worker.name}`]),
  );
  const released = new Map<Worker, DeployedWorker>();
  /** Of a system that was registered before. */
  const across = (worker: Worker): readonly pulumi.Resource[] =>
    order.kept.flatMap(({ from, to, by }) => {
      const callee =
        from === worker && by !== "queue" && home.get(to) !== home.get(from) ? released.get(to) : undefined;
      return callee === undefined ? [] : [callee.deployment, ...callee.workflows];
    });
  const calleesFirst = new Set([...order.waves.map(({ system }) => system), ...systems]);
  const deployed = [...calleesFirst].map((system) => {
    const context: Context = { ...everywhere, system };
    const stores = deployStores(system, context);
    const notifications = deployNotifications(system, context, stores);
    const pulls = deployPullConsumers(system, context, stores);
    const { rollouts, secrets } = settings;
    const { code: codes } = prepared;
    const args = { stores, code: codes, rollouts, secrets, goingBack, across };
    const workers = deployWorkers(system, context, args);
    for (const [worker, each] of workers) released.set(worker, each);
    const { contracted, subdomain } = prepared;
    const urls = urlsOf(system, settings, subdomain);
    const smoke = settings.smoke ? deploySmoke(system, context, workers, urls) : [];
    const contracts = deployContracts(system, context, { stores, workers, contracted, after: smoke });
    const code = [...workers.values()].flatMap((each) => [
      each.worker.shell,
      each.version,
      each.deployment,
      ...each.triggers,
      ...each.workflows,
    ]);
    return {
      ...{ system, stores },
      resources: [...stores.all, ...notifications, ...pulls, ...code, ...smoke, ...contracts.values()],
      outputs: outputsOf(system, settings, { stores, workers, contracts }, subdomain),
    };
  });
  const { backupWorker } = prepared;
  const backups =
    backupWorker === undefined ? [] : deployBackupWorker(everywhere, { ...backupWorker, systems: deployed });
  // One that a stage had when it was protected stays, to say that it is no more.
  if (stage.protected || prepared.state.some(({ type }) => type === guardType)) {
    new Guard("guard", stage.protected ? {} : { protects: false }, {
      dependsOn: [first, provider, ...deployed.flatMap(({ resources }) => resources), ...backups],
      protect: stage.protected,
    });
  }
  const all = deployed.map(({ outputs }) => outputs);
  const { serving } = prepared;
  return {
    urls: merged(all.map(({ urls }) => urls)),
    routes: merged(all.map(({ routes }) => routes)),
    versions: merged(all.map(({ versions }) => versions)),
    stores: merged(all.map(({ stores }) => stores)),
    databases: merged(all.map(({ databases }) => databases)),
    ...(prepared.approved.length > 0 && { approvals: prepared.approved }),
    ...(serving !== undefined && {
      artefact: artefactOf(
        serving,
        settings,
        deployed.flatMap(({ resources }) => resources),
      ),
    }),
    ...(backupWorker !== undefined && { backups: backupWorker.told }),
    ...(settings.lease !== undefined && { lease: settings.lease }),
  };
}

/** What the state says of a release that is under way; nothing from its last `up` on. */
const releaseOf = ({ release }: Settings): Pick<TargetArgs, "release"> =>
  release === undefined || release.ended === true
    ? {}
    : { release: { id: release.id, by: release.by, at: release.at } };

/** Stages of the embedded Cloudflare have an account each; there is nothing to refer to in another one. */
export const ownsShared = ({ stage, stages, target }: Settings): boolean =>
  stage.ownsShared ||
  (target.kind === "embedded" &&
    stages.every((each) => !each.ownsShared || each.embeddedAccount !== stage.embeddedAccount));

/** Depends on the target, so that no call is made before that has agreed. A real account's token comes from the environment. */
const providerOf = ({ target }: Settings, first: Target): Provider =>
  new Provider(
    "cloudflare",
    target.kind === "embedded" ? { baseUrl: target.baseUrl, apiToken: pulumi.secret(target.token) } : {},
    { dependsOn: [first] },
  );

const merged = <Value>(records: readonly Readonly<Record<string, Value>>[]): Record<string, Value> =>
  Object.assign({}, ...records);
