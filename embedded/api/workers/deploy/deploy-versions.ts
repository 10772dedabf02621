import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Split } from "../../../runtime/compute.ts";
import type { World } from "../../../world.ts";
import { ApiError } from "../../http/service.ts";
import { planLifecycle } from "../classes/lifecycle.ts";
import type { Deployment, Version, Worker } from "../model.ts";
import {
  activeDeployment,
  addDeployment,
  everyWorker,
  listWorkers,
  requireVersion,
  saveWorker,
  stillThere,
  versionById,
} from "../registry.ts";
import { asApiError, type Origin } from "../version/create-version.ts";
import { scriptName, specOf } from "../version/spec.ts";
import { forgetUnfinished } from "../version/version-use.ts";

export interface Share {
  readonly version_id: string;
  readonly percentage: number;
}

/**
 * Makes the versions serve with these percentages and remembers it as the Worker's active deployment.
 * When a version does not start, the old deployment goes on serving and nothing is remembered. Call it in the Worker's turn.
 */
export async function deployVersions(
  world: World,
  before: Worker,
  shares: readonly Share[],
  annotations: Readonly<Record<string, string>>,
  origin: Origin,
): Promise<Deployment> {
  const { state } = world;
  const worker = stillThere(state, before);
  requireWhole(shares);
  const versions = shares.map(({ version_id }) => requireVersion(state, worker, version_id));
  const only = versions.length === 1 ? versions[0] : undefined;
  const applied = activeDeployment(state, worker)?.versions.map(({ version_id }) => version_id) ?? [];
  const lifecycle = planLifecycle(
    world,
    worker,
    only !== undefined && !ran(worker, only, applied) ? only : {},
  );
  if (only === undefined) for (const version of versions) requireNoLifecycle(world, worker, version);

  const classes = lifecycle.changes ? lifecycle.classes : worker.classes;
  const splits = shares.flatMap(({ percentage }, i): Split[] => {
    const version = versions[i];
    return version === undefined ? [] : [{ version: specOf(world, worker, version, classes), percentage }];
  });
  try {
    await world.compute.deploy(scriptName(world, worker), splits);
  } catch (error) {
    throw asApiError(error);
  }
  world.compute.setSubdomain(scriptName(world, worker), worker.subdomain.enabled);
  const createdOn = new Date().toISOString();
  const deployment = state.transaction(() => {
    const saved = lifecycle.apply(state);
    saveWorker(state, { ...saved, deployedOn: createdOn });
    return addDeployment(state, saved, randomUUID(), {
      createdOn,
      source: origin.source,
      strategy: "percentage",
      versions: shares.map(({ version_id, percentage }) => ({
        version_id: version_id.toLowerCase(),
        percentage,
      })),
      annotations: { ...annotations, "workers/triggered_by": origin.triggeredBy },
    });
  });
  for (const { namespaceId } of lifecycle.deleted)
    await rm(join(world.dataDir, "objects", namespaceId), { recursive: true, force: true });
  for (const move of lifecycle.moved) await followMove(world, worker, move);
  return deployment;
}

/** A namespace is somewhere else now: its new owner starts it, and who binds it is started again to look there. */
async function followMove(
  world: World,
  worker: Worker,
  { namespaceId, toScript }: { readonly namespaceId: string; readonly toScript: string },
): Promise<void> {
  for (const other of listWorkers(world.state, worker.account)) {
    const shares = activeDeployment(world.state, other)?.versions ?? [];
    if (other.id === worker.id || shares.length === 0) continue;
    const binds = shares.some(({ version_id }) =>
      Object.values(versionById(world.state, other, version_id)?.targets ?? {}).includes(namespaceId),
    );
    if (binds) await world.compute.remove(scriptName(world, other), { deleteObjects: false });
    if (binds || other.name === toScript) await restore(world, other, false);
  }
}

/** Imperative migrations run once: with the first deployment of the version that brought them. */
const ran = (worker: Worker, version: Version, applied: readonly string[]): boolean =>
  version.migrations !== undefined &&
  (applied.includes(version.id) || version.migrations["new_tag"] === worker.migrationTag);

function requireNoLifecycle(world: World, worker: Worker, version: Version): void {
  if (version.exports === undefined || !planLifecycle(world, worker, { exports: version.exports }).changes)
    return;
  throw new ApiError(
    400,
    10211,
    `Version ${version.id} changes the Worker's Durable Object classes: it has to be deployed alone, at 100%, before traffic can be split.`,
  );
}

function requireWhole(shares: readonly Share[]): void {
  if (shares.length < 1 || shares.length > 2)
    throw new ApiError(400, 10021, `A deployment has one or two versions, got ${shares.length}`);
  if (new Set(shares.map(({ version_id }) => version_id.toLowerCase())).size < shares.length)
    throw new ApiError(400, 10021, "A deployment cannot name one version twice");
  for (const { percentage } of shares)
    if (!(percentage >= 0 && percentage <= 100))
      throw new ApiError(400, 10021, `A percentage lies between 0 and 100, got ${percentage}`);
  const sum = shares.reduce((all, { percentage }) => all + percentage, 0);
  if (Math.abs(sum - 100) > 1e-6)
    throw new ApiError(400, 10021, `The percentages of a deployment add up to 100, got ${sum}`);
}

/**
 * Brings back what was deployed when the process last ran. Code starts with its first request; owners of Durable Objects
 * start at once, because alarms may be due. Resolves when every Worker is known to the front door; `started`, when the
 * owners run. A Worker that fails is logged and does not keep the others.
 */
export async function restoreDeployments(
  world: World,
  log: (line: string) => void,
): Promise<{ readonly started: Promise<void> }> {
  for (const worker of everyWorker(world.state))
    if (worker.firstUpload === true) forgetUnfinished(world.state, worker);
  const deployed = everyWorker(world.state).filter(
    (worker) => activeDeployment(world.state, worker) !== undefined,
  );
  const failed = (worker: Worker) => (error: unknown) =>
    log(`could not start Worker ${worker.name}: ${error instanceof Error ? error.message : String(error)}`);
  const owners = deployed.filter(({ classes }) => classes.length > 0);
  const started = Promise.all(owners.map((owner) => restore(world, owner, false).catch(failed(owner))));
  const others = deployed.filter(({ classes }) => classes.length === 0);
  await Promise.all(others.map((worker) => restore(world, worker, true).catch(failed(worker))));
  return { started: started.then(() => undefined) };
}

async function restore(world: World, worker: Worker, lazily: boolean): Promise<void> {
  const shares = activeDeployment(world.state, worker)?.versions ?? [];
  const splits = shares.map(({ version_id, percentage }) => ({
    version: specOf(world, worker, requireVersion(world.state, worker, version_id), worker.classes),
    percentage,
  }));
  world.compute.setSubdomain(scriptName(world, worker), worker.subdomain.enabled);
  await world.compute.deploy(scriptName(world, worker), splits, { lazily });
}
