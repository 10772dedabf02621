import { isOn } from "../../../quirks/quirk.ts";
import { undeployedTarget } from "../../../quirks/undeployed-target.ts";
import type { State } from "../../../state.ts";
import { ApiError } from "../../http/service.ts";
import { hyperdriveKind, isReached } from "../../hyperdrive/config.ts";
import { bucketKind } from "../../r2/buckets.ts";
import type { ObjectClass } from "../classes/object-classes.ts";
import type { Binding, Worker } from "../model.ts";
import { workerNamed } from "../registry.ts";
import { databaseId, optionalText, text } from "./binding-members.ts";

/** The Worker's classes as the version that is uploaded will leave them. */
export interface OwnClasses {
  readonly classes: readonly ObjectClass[];
  readonly expectedTransfers: Readonly<Record<string, string>>;
}

/** Finds what a binding means: the id of its store or namespace, or undefined for what is looked up by name at each call. */
export type Target = (state: State, worker: Worker, binding: Binding, own: OwnClasses) => string | undefined;

export const accountItself: Target = (_state, { account }) => account;

export const database: Target = (state, { account }, binding) => {
  const id = databaseId(binding) ?? "";
  if (state.get(account, "d1", id) !== undefined) return id;
  throw new ApiError(
    400,
    10181,
    `D1 binding '${binding.name}' references database '${id}' which was not found. Verify the database exists in your account and that the database_id in your configuration is correct.`,
  );
};

export const namespace: Target = (state, { account }, binding) => {
  const id = text(binding, "namespace_id");
  if (state.get(account, "kv", id) !== undefined) return id;
  throw new ApiError(400, 10041, `KV namespace '${id}' not found.`);
};

export const bucket: Target = (state, { account }, binding) => {
  const name = text(binding, "bucket_name");
  const jurisdiction = optionalText(binding, "jurisdiction") ?? "default";
  const there = state.byName(
    account,
    bucketKind,
    jurisdiction === "default" ? name : `${jurisdiction}/${name}`,
  );
  if (there !== undefined) return there.id;
  throw new ApiError(400, 10085, `R2 bucket '${name}' not found. Please use a different name and try again.`);
};

export const queue: Target = (state, { account }, binding) => {
  const name = text(binding, "queue_name");
  const there = state.byName(account, "queue", name);
  if (there !== undefined) return there.id;
  throw new ApiError(
    400,
    11000,
    `Queue '${name}' not found. Verify the queue exists in your account and that its name in your configuration is correct.`,
  );
};

export const hyperdriveConfig: Target = (state, { account }, binding) => {
  const id = text(binding, "id");
  const stored = state.get(account, hyperdriveKind, id);
  if (stored === undefined)
    throw new ApiError(
      400,
      10157,
      `Hyperdrive binding '${binding.name}' references config '${id}' which was not found.`,
    );
  if (!isReached(stored))
    throw new ApiError(
      400,
      10157,
      `Hyperdrive binding '${binding.name}' references config '${id}', whose origin is reached through Access or a VPC: the embedded Cloudflare connects to a host and a password only. It deploys to a real account.`,
    );
  return id;
};

export const index: Target = (state, { account }, binding) => {
  const name = text(binding, "index_name");
  const there = state.byName(account, "vectorize", name);
  if (there !== undefined) return there.id;
  throw new ApiError(
    400,
    10159,
    `Vectorize binding '${binding.name}' references index '${name}' which was not found.`,
  );
};

export const storedSecret: Target = (state, { account }, binding) => {
  const [store, name] = [text(binding, "store_id"), text(binding, "secret_name")];
  if (state.byName(account, "secretsStoreSecret", `${store}/${name}`) !== undefined) return undefined;
  throw new ApiError(
    400,
    10182,
    `Secrets Store binding '${binding.name}' references secret '${name}' of store '${store}', which was not found.`,
  );
};

export const deployedWorker: Target = (state, worker, binding) => {
  const service = text(binding, "service");
  if (service === worker.name) return undefined;
  const target = workerNamed(state, worker.account, service);
  if (target !== undefined && (target.deployedOn !== null || !isOn(undeployedTarget))) return undefined;
  throw new ApiError(
    400,
    10143,
    `Service binding '${binding.name}' references Worker '${service}' which was not found. Verify the Worker exists in your account and that the service name in your configuration is correct.`,
  );
};

export const objectNamespace: Target = (state, worker, binding, own) => {
  const className = text(binding, "class_name");
  const script = optionalText(binding, "script_name") ?? worker.name;
  const owner = script === worker.name ? { ...worker, ...own } : workerNamed(state, worker.account, script);
  const declared =
    owner?.classes.find((each) => each.className === className) ??
    expected(
      state,
      worker.account,
      new Map(Object.entries(owner?.expectedTransfers ?? {})).get(className),
      className,
    );
  if (declared !== undefined) return declared.namespaceId;
  if (script === worker.name)
    throw new ApiError(
      400,
      10061,
      `Cannot create binding for class '${className}' because it is not currently configured to implement Durable Objects. Configure a migration in your Wrangler configuration to add this class.`,
    );
  throw new ApiError(
    400,
    10061,
    owner === undefined
      ? `Cannot create binding for class '${className}' in script '${script}' because the script does not exist on your account.`
      : `Cannot create binding for class '${className}' in script '${script}' because it is not currently configured to implement Durable Objects.`,
  );
};

/** A class that another Worker has promised to hand over: until it does, bindings reach it there. */
const expected = (
  state: State,
  account: string,
  source: string | undefined,
  className: string,
): ObjectClass | undefined =>
  source === undefined
    ? undefined
    : workerNamed(state, account, source)?.classes.find((each) => each.className === className);
