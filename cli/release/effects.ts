import { setTimeout as sleep } from "node:timers/promises";
import { broughtBy } from "../../src/artefact/brought.ts";
import { connection } from "../../src/cloudflare/connection.ts";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import { physicalName, textStage } from "../../src/declare/physical-name.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Effects } from "../../src/release/driver/driver.ts";
import { conductOf } from "../../src/release/hooks/conduct.ts";
import type { Entry, Rollout } from "../../src/release/journal/entry.ts";
import { fromGraphql } from "../../src/release/metrics/graphql.ts";
import { readSource } from "../../src/release/metrics/sources/read.ts";
import { fromTelemetry } from "../../src/release/metrics/telemetry.ts";
import { orderLines } from "../../src/release/order/order-lines.ts";
import { positionsOf, type Released } from "../../src/release/plan.ts";
import { releaseVariable, rollbackVariable } from "../../src/release/variable.ts";
import { ensureEmbedded } from "../../toolchain/embedded/embedded.ts";
import { placesOf } from "../../toolchain/project.ts";
import { stageTarget } from "../stack/account.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { readOutputs, type StackOutputs } from "../stack/outputs/read-outputs.ts";
import { configOf } from "../stack/stage-config.ts";
import { stateOf } from "../stack/state.ts";
import { untilAlone } from "./beginning/alone.ts";
import { refuseOpenContracts } from "./beginning/open-contracts.ts";
import { openSecrets } from "./beginning/open-secrets.ts";
import { besideOf } from "./beside.ts";
import { refuseLostCalls } from "./callers/callers.ts";
import { servedCode } from "./callers/served-code.ts";
import { type Ending, endWithoutUp, forgetWith, goBack, rolloutShape } from "./ending.ts";
import { once } from "./once.ts";
import { folderBuilds } from "./promote/folder.ts";
import { deploymentsIn } from "./rollback/deployments.ts";
import { releaseIn } from "./state-note.ts";
import { stepUp } from "./step-up.ts";

/** Which release is driven, and where. */
export interface Driven {
  readonly id: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly stage: Stage;
  readonly run: Run;
  readonly systems: readonly System[];
  /** Ends every sleep: the driver is to end. */
  readonly wake: AbortSignal;
  /** Its journal. */
  readonly entries: () => readonly Entry[];
}

interface Declared {
  readonly label: string;
  readonly script: string;
  readonly observed: boolean;
}

/** What a release does to a stack: each step is the rollout in its configuration, and one `up`. */
export function effectsOf(driven: Driven): Omit<Effects, "show" | "nowMs"> {
  const { id, by, at, stage, systems } = driven;
  const run: Run = { ...driven.run, env: { ...driven.run.env, [releaseVariable]: id } };
  const { accountId, kind } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const under = { id, by, at };
  const isEmbedded = api.front !== undefined;
  const up = (rollout: Rollout, more: { readonly prepared?: true; readonly ended?: true }): Promise<void> =>
    stepUp({ stage, run, isEmbedded, note: { ...under, ...more }, rollout });
  const declared = declaredWorkers(systems, stage);
  // The way back is open whatever the folder has by then.
  const lastUp = (rollout: Rollout): Promise<void> => up(rollout, { ended: true });
  const deploymentsAlone = async (rollout: Rollout): Promise<void> =>
    stepUp({
      ...{ stage, isEmbedded, rollout, note: { ...under, ended: true } },
      run: { ...run, env: { ...run.env, [rollbackVariable]: "true" } },
      targets: deploymentsIn((await stateOf(stage, run)) ?? [], Object.keys(rollout)),
    });
  const alone = (): Promise<void> => untilAlone(stage, run, isEmbedded);
  const ending: Ending = {
    entries: driven.entries,
    under,
    stage,
    run,
    api,
    accountId,
    workers: declared,
    alone,
    lastUp,
    deploymentsAlone,
  };
  const secretOf = openSecrets(stage, run);
  // No step of a release changes which databases there are: the outputs are read once.
  const storesOf = once(async () => (await readOutputs(stage, run))?.stores ?? {});
  return {
    sleep: (ms) => sleep(ms, undefined, { signal: driven.wake }).catch(() => undefined),
    async prepare(noted, note) {
      await alone();
      const config = await configOf(stage, run);
      // Where its first `up` was refused, somebody else may have changed the stage since.
      const isBegun = noted === undefined || releaseIn((await stateOf(stage, run)) ?? [])?.id === id;
      const before = isBegun ? rolloutShape.parse(config("lockstep:rollout")) : noted;
      const outputs = await readOutputs(stage, run);
      if (outputs !== undefined) refuseOpenContracts(config("lockstep:contracts"), outputs, stage);
      const serving = await readServing(
        api,
        accountId,
        declared.map(({ script }) => script),
      );
      const stable = Object.fromEntries(
        declared.flatMap(({ label, script }) => {
          const versions = serving.find(({ worker }) => worker === script)?.versions ?? [];
          const id = stableOf(label, before[label], versions);
          return id === undefined ? [] : [[label, { stable: id, percent: 0 }] as const];
        }),
      );
      const { order, unknown } = await refuseLostCalls(
        {
          ...{ stage, systems, api, accountId, root: run.root },
          versions: Object.fromEntries(Object.entries(stable).map(([label, each]) => [label, each.stable])),
        },
        servedCode({ api, accountId, root: run.root, state: (await stateOf(stage, run)) ?? [] }),
      );
      for (const line of unknown) process.stderr.write(`${line}\n`);
      const built = await folderBuilds(systems, run.root);
      note({ before, rollout: stable, parts: broughtBy(systems, built) });
      const reachable = Object.entries(stable).map(
        ([label, each]) => [label, { ...each, reachable: true as const }] as const,
      );
      await up(Object.fromEntries(reachable), {});
      const versions = (await readOutputs(stage, run))?.versions ?? {};
      const workers = declared.flatMap((each): Released[] => {
        const was = stable[each.label]?.stable;
        const fresh = versions[each.label];
        return was === undefined || fresh === undefined || was === fresh
          ? []
          : [{ ...each, stable: was, fresh }];
      });
      const changed = workers.map(({ label }) => label);
      return {
        workers,
        made: madeBy(driven.entries(), Object.keys(versions)),
        digests: Object.fromEntries(Object.entries(built).map(([name, { digest }]) => [name, digest])),
        positions: positionsOf(order.waves, changed),
        order: orderLines(order, (label) => changed.includes(label)),
        conduct: conductOf(systems, changed, stage.name),
      };
    },
    ...besideOf(stage, run, kind),
    serve: (rollout) => up(rollout, { prepared: true }),
    goBack: (way) => goBack(ending, way),
    async finish(nothingNew) {
      await (nothingNew ? endWithoutUp(ending, {}) : up({}, { prepared: true, ended: true }));
      await forgetWith({}, ending);
    },
    measure: (worker, window) =>
      awake(isEmbedded, run.root, () =>
        worker.observed ? fromTelemetry(api, accountId, window) : fromGraphql(api, accountId, window),
      ),
    read: (source, { label }, window) =>
      readSource(source, window, {
        api,
        accountId,
        stage: textStage(stage),
        secret: secretOf,
        databaseId: async (name) => databaseId(await storesOf(), label, name),
      }),
  };
}

/** The workers that the release found without a version: what its first `up` made, also where that was refused in the middle and tried again. */
function madeBy(entries: readonly Entry[], labels: readonly string[]): readonly string[] {
  const first = entries.find((each) => each.kind === "preparing");
  return labels.filter((label) => first !== undefined && !(label in first.rollout));
}

/** Of the system that a worker is of. */
function databaseId(stores: StackOutputs["stores"], worker: string, name: string): string {
  const label = `${worker.split("/")[0]}/${name}`;
  const store = stores[label];
  if (store?.kind === "d1") return store.id;
  throw new UserError({
    what: `The stage has no database ${name}, which a gate of its release asks`,
    where: label,
    got: `the stores ${Object.keys(stores).join(", ") || "none"}`,
    expected: "a D1 of the worker's system",
    fix: "name a database of the system in the gate's source",
  });
}

/** Where the embedded Cloudflare has ended, it is started again: people wait for it, and nobody but the driver may be there. */
async function awake<Value>(isEmbedded: boolean, root: string, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (isEmbedded && error instanceof UserError) await ensureEmbedded(placesOf(root));
    throw error;
  }
}

const declaredWorkers = (systems: readonly System[], stage: Stage): readonly Declared[] =>
  systems.flatMap((system) =>
    workersOf(system).map((worker) => ({
      label: `${system.name}/${worker.name}`,
      script: physicalName(worker, stage),
      observed:
        worker.observability?.enabled !== false &&
        worker.observability?.logs?.enabled !== false &&
        worker.observability?.logs?.invocationLogs !== false,
    })),
  );

/** The version that is trusted: what the configuration calls stable, or what serves alone. A new worker has none. */
function stableOf(
  label: string,
  rollout: { readonly stable: string; readonly percent: number } | undefined,
  versions: readonly { readonly id: string; readonly percentage: number }[],
): string | undefined {
  if (rollout !== undefined && rollout.percent < 100) return rollout.stable;
  const serving = versions.filter(({ percentage }) => percentage > 0);
  if (serving.length <= 1) return serving[0]?.id;
  throw new UserError({
    what: `Two versions of ${label} share its requests already, and nothing says which one is stable`,
    where: label,
    got: serving.map(({ id, percentage }) => `${id} at ${percentage} %`).join(", "),
    expected: "one version that answers everything, or a rollout in the stack's configuration",
    fix: "let one of them answer everything, then release",
  });
}
