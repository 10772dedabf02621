import { randomBytes } from "node:crypto";
import { NameTaken, type State, type Stored } from "../../state.ts";
import { ApiError } from "../http/service.ts";
import {
  type Deployment,
  type DeploymentBody,
  deploymentBody,
  type Version,
  type VersionBody,
  versionBody,
  type Worker,
  type WorkerBody,
  workerBody,
} from "./model.ts";

const kind = "worker";
const versions = (worker: Worker): string => `version:${worker.id}`;
const deployments = (worker: Worker): string => `deployment:${worker.id}`;

const asWorker = (stored: Stored): Worker => ({
  account: stored.account,
  id: stored.id,
  name: stored.name,
  ...workerBody.parse(stored.body),
});
const asVersion = (stored: Stored): Version => ({ id: stored.id, ...versionBody.parse(stored.body) });
const asDeployment = (stored: Stored): Deployment => ({
  id: stored.id,
  ...deploymentBody.parse(stored.body),
});

const bodyOf = ({ account: _account, id: _id, name: _name, ...body }: Worker): WorkerBody => body;

/** By script name. */
export function workerNamed(state: State, account: string, name: string): Worker | undefined {
  const stored = state.byName(account, kind, name);
  return stored === undefined ? undefined : asWorker(stored);
}

/** By id or by script name, as the beta API takes both. */
export function findWorker(state: State, account: string, idOrName: string): Worker | undefined {
  const stored = state.get(account, kind, idOrName) ?? state.byName(account, kind, idOrName);
  return stored === undefined ? undefined : asWorker(stored);
}

/** The Worker as it is now, for whoever had to wait for a turn; Cloudflare's 10007 when it was deleted meanwhile. */
export function stillThere(state: State, before: Worker): Worker {
  const worker = findWorker(state, before.account, before.id);
  if (worker === undefined) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return worker;
}

/** The Worker of a scripts route; Cloudflare's 10007 when there is none. */
export function script(state: State, account: string, name: string): Worker {
  const worker = workerNamed(state, account, name);
  if (worker === undefined) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return worker;
}

export const listWorkers = (state: State, account: string): readonly Worker[] =>
  state.list(account, kind).map(asWorker);
export const everyWorker = (state: State): readonly Worker[] => state.everywhere(kind).map(asWorker);

/** Creates the Worker, with no version. The name is taken for good the moment this returns. */
export function createWorker(
  state: State,
  account: string,
  name: string,
  settings: Partial<WorkerBody>,
): Worker {
  requireLegalName(name);
  const now = new Date().toISOString();
  const body: WorkerBody = {
    createdOn: now,
    updatedOn: now,
    deployedOn: null,
    logpush: false,
    tags: [],
    observability: { enabled: false },
    subdomain: { enabled: false, previews_enabled: false },
    tailConsumers: [],
    more: {},
    schedules: [],
    classes: [],
    expectedTransfers: {},
    reserved: {},
    lastNumber: 0,
    ...settings,
  };
  const id = randomBytes(16).toString("hex");
  try {
    state.insert(account, kind, id, name, body);
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(
      409,
      10040,
      `A Worker named '${name}' already exists on your account. Use a different name, or update the existing Worker.`,
    );
  }
  return { account, id, name, ...body };
}

export function requireLegalName(name: string): void {
  if (/^[a-z0-9_][a-z0-9-_]{0,62}$/i.test(name)) return;
  throw new ApiError(
    400,
    10016,
    `Invalid Worker name ${JSON.stringify(name)}: a name has up to 63 characters, letters, digits, dashes and underscores only, and does not begin with a dash.`,
  );
}

/** Replaces what is remembered; `updatedOn` becomes now. Throws 10040 when a new name is taken. */
export function saveWorker(state: State, worker: Worker): Worker {
  const updated = { ...worker, updatedOn: new Date().toISOString() };
  try {
    state.update(worker.account, kind, worker.id, worker.name, bodyOf(updated));
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new ApiError(409, 10040, `A Worker named '${worker.name}' already exists on your account.`);
  }
  return updated;
}

/** Removes the Worker with its versions and deployments. */
export function removeWorker(state: State, worker: Worker): void {
  for (const version of listVersions(state, worker))
    state.remove(worker.account, versions(worker), version.id);
  for (const deployment of listDeployments(state, worker))
    state.remove(worker.account, deployments(worker), deployment.id);
  state.remove(worker.account, kind, worker.id);
}

/** Oldest first. */
export const listVersions = (state: State, worker: Worker): readonly Version[] =>
  state.list(worker.account, versions(worker)).map(asVersion);

export const latestVersion = (state: State, worker: Worker): Version | undefined =>
  listVersions(state, worker).at(-1);

export function versionById(state: State, worker: Worker, id: string): Version | undefined {
  const stored = state.get(worker.account, versions(worker), id.toLowerCase());
  return stored === undefined ? undefined : asVersion(stored);
}

/** Like {@link versionById}, with Cloudflare's 100146 when there is none. */
export function requireVersion(state: State, worker: Worker, id: string): Version {
  const found = versionById(state, worker, id);
  if (found === undefined)
    throw new ApiError(
      404,
      100146,
      "The requested Worker version could not be found, please check the ID being passed and try again.",
    );
  return found;
}

export function addVersion(state: State, worker: Worker, id: string, body: VersionBody): Version {
  state.insert(worker.account, versions(worker), id, id, body);
  return { id, ...body };
}

export const removeVersion = (state: State, worker: Worker, id: string): boolean =>
  state.remove(worker.account, versions(worker), id);

/** Oldest first. */
export const listDeployments = (state: State, worker: Worker): readonly Deployment[] =>
  state.list(worker.account, deployments(worker)).map(asDeployment);

export const activeDeployment = (state: State, worker: Worker): Deployment | undefined =>
  listDeployments(state, worker).at(-1);

export function deploymentById(state: State, worker: Worker, id: string): Deployment | undefined {
  const stored = state.get(worker.account, deployments(worker), id);
  return stored === undefined ? undefined : asDeployment(stored);
}

export function addDeployment(state: State, worker: Worker, id: string, body: DeploymentBody): Deployment {
  state.insert(worker.account, deployments(worker), id, id, body);
  return { id, ...body };
}

export const removeDeployment = (state: State, worker: Worker, id: string): boolean =>
  state.remove(worker.account, deployments(worker), id);
