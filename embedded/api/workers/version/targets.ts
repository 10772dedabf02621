import { isOn } from "../../../quirks/quirk.ts";
import { undeployedTarget } from "../../../quirks/undeployed-target.ts";
import type { State } from "../../../state.ts";
import { ApiError } from "../../http/service.ts";
import { bucketKind } from "../../r2/buckets.ts";
import type { ObjectClass } from "../classes/object-classes.ts";
import type { Binding, Worker } from "../model.ts";
import { workerNamed } from "../registry.ts";
import { databaseId, optionalText, text } from "./bindings.ts";

/** The Worker's classes as the version that is uploaded will leave them. */
export interface OwnClasses {
  readonly classes: readonly ObjectClass[];
  readonly expectedTransfers: Readonly<Record<string, string>>;
}

/**
 * What each binding means at the time of the upload: binding name → the id of its store or namespace.
 * Throws Cloudflare's refusal for the first binding of something that does not exist.
 */
export function resolveTargets(
  state: State,
  worker: Worker,
  bindings: readonly Binding[],
  own: OwnClasses,
): Readonly<Record<string, string>> {
  const targets: Record<string, string> = {};
  for (const binding of bindings) {
    const target = targetOf(state, worker, binding, own);
    if (target !== undefined) targets[binding.name] = target;
  }
  return targets;
}

function targetOf(state: State, worker: Worker, binding: Binding, own: OwnClasses): string | undefined {
  const { account } = worker;
  const { name, type } = binding;
  switch (type) {
    case "d1": {
      const id = databaseId(binding) ?? "";
      if (state.get(account, "d1", id) !== undefined) return id;
      throw new ApiError(
        400,
        10181,
        `D1 binding '${name}' references database '${id}' which was not found. Verify the database exists in your account and that the database_id in your configuration is correct.`,
      );
    }
    case "kv_namespace": {
      const id = text(binding, "namespace_id");
      if (state.get(account, "kv", id) !== undefined) return id;
      throw new ApiError(400, 10041, `KV namespace '${id}' not found.`);
    }
    case "r2_bucket": {
      const bucket = text(binding, "bucket_name");
      const jurisdiction = optionalText(binding, "jurisdiction") ?? "default";
      const found = state.byName(
        account,
        bucketKind,
        jurisdiction === "default" ? bucket : `${jurisdiction}/${bucket}`,
      );
      if (found !== undefined) return found.id;
      throw new ApiError(
        400,
        10085,
        `R2 bucket '${bucket}' not found. Please use a different name and try again.`,
      );
    }
    case "queue": {
      const queue = text(binding, "queue_name");
      const found = state.byName(account, "queue", queue);
      if (found !== undefined) return found.id;
      throw new ApiError(
        400,
        11000,
        `Queue '${queue}' not found. Verify the queue exists in your account and that its name in your configuration is correct.`,
      );
    }
    case "vectorize": {
      const index = text(binding, "index_name");
      const found = state.byName(account, "vectorize", index);
      if (found !== undefined) return found.id;
      throw new ApiError(
        400,
        10159,
        `Vectorize binding '${name}' references index '${index}' which was not found.`,
      );
    }
    case "ai":
      return account;
    case "service":
      requireService(state, worker, name, text(binding, "service"));
      return undefined;
    case "durable_object_namespace":
      return objectNamespace(state, worker, binding, own);
    default:
      return undefined;
  }
}

function requireService(state: State, worker: Worker, name: string, service: string): void {
  if (service === worker.name) return;
  const target = workerNamed(state, worker.account, service);
  if (target !== undefined && (target.deployedOn !== null || !isOn(undeployedTarget))) return;
  throw new ApiError(
    400,
    10143,
    `Service binding '${name}' references Worker '${service}' which was not found. Verify the Worker exists in your account and that the service name in your configuration is correct.`,
  );
}

function objectNamespace(state: State, worker: Worker, binding: Binding, own: OwnClasses): string {
  const className = text(binding, "class_name");
  const script = optionalText(binding, "script_name") ?? worker.name;
  const owner = script === worker.name ? { ...worker, ...own } : workerNamed(state, worker.account, script);
  const found =
    owner?.classes.find((known) => known.className === className) ??
    expected(
      state,
      worker.account,
      new Map(Object.entries(owner?.expectedTransfers ?? {})).get(className),
      className,
    );
  if (found !== undefined) return found.namespaceId;
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
}

/** A class that another Worker has promised to hand over: until it does, bindings reach it there. */
const expected = (
  state: State,
  account: string,
  source: string | undefined,
  className: string,
): ObjectClass | undefined =>
  source === undefined
    ? undefined
    : workerNamed(state, account, source)?.classes.find((known) => known.className === className);
