import type { ObjectClass, ResolvedBinding, StoreAddress } from "../../../runtime/compute.ts";
import { scriptOfWorkflow } from "../../../runtime/workflows/engine-version.ts";
import { unseal } from "../../../seal.ts";
import type { World } from "../../../world.ts";
import { connectionString, hyperdriveKind } from "../../hyperdrive/config.ts";
import type { Binding, Version, Worker } from "../model.ts";
import { listWorkers } from "../registry.ts";
import { optionalText, text } from "./binding-members.ts";
import { rateLimitOf } from "./rate-limit.ts";

/** Whose binding it is. */
export interface CellScope {
  readonly world: World;
  readonly worker: Worker;
  readonly version: Version;
  /** The Worker's own classes as the version is to see them. */
  readonly classes: readonly ObjectClass[];
}

/** Makes of a binding what a cell puts into `env`. */
export type CellBinding = (binding: Binding, scope: CellScope) => ResolvedBinding;

/** A store, by the id that the binding's target had when the version was uploaded. */
export const store =
  (kind: StoreAddress["kind"]): CellBinding =>
  ({ name }, { version }) => ({ kind: "store", name, store: { kind, id: version.targets[name] ?? "" } });

export const visibleText: CellBinding = (binding) => ({
  kind: "text",
  name: binding.name,
  value: text(binding, "text"),
});

export const sealedText: CellBinding = ({ name }, { world, version }) => ({
  kind: "text",
  name,
  value: unseal(world.dataDir, version.secrets[name] ?? ""),
});

export const jsonValue: CellBinding = (binding) => ({
  kind: "json",
  name: binding.name,
  value: binding["json"],
});

export const otherWorker: CellBinding = (binding) => {
  const entrypoint = optionalText(binding, "entrypoint");
  return {
    kind: "service",
    name: binding.name,
    script: text(binding, "service"),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(binding["props"] === undefined ? {} : { props: binding["props"] }),
  };
};

export const objects: CellBinding = (binding, { world, worker, version, classes }) => {
  const { name } = binding;
  const className = text(binding, "class_name");
  const declared = optionalText(binding, "script_name") ?? worker.name;
  const own = declared === worker.name ? classes.find((each) => each.className === className) : undefined;
  const namespaceId = own?.namespaceId ?? version.targets[name] ?? "";
  const script = ownerOf(world, worker, classes, namespaceId) ?? declared;
  return { kind: "object", name, className, script, namespaceId };
};

/** Who has the same id in an account counts together. */
export const rateLimit: CellBinding = (binding, { worker }) => {
  const { limit, period, mitigation_timeout: mitigation = 0 } = rateLimitOf(binding);
  const id = `${worker.account}-${text(binding, "namespace_id")}`;
  return {
    kind: "store",
    name: binding.name,
    store: { kind: "RATELIMIT", id },
    settings: { limit, period, mitigation },
  };
};

export const dataset: CellBinding = (binding, { worker }) => ({
  kind: "store",
  name: binding.name,
  store: { kind: "ANALYTICS", id: `${worker.account}/${text(binding, "dataset")}` },
});

/** Whose mail it is says the account; to whom it may go, the binding. */
export const outgoingMail: CellBinding = ({ name, type: _, ...rules }, { worker }) => ({
  kind: "store",
  name,
  store: { kind: "EMAIL", id: worker.account },
  settings: Object.fromEntries(Object.entries(rules).filter(([, value]) => value != null)),
});

export const secretOfStore: CellBinding = (binding, { worker }) => {
  const name = text(binding, "secret_name");
  return {
    kind: "store",
    name: binding.name,
    store: { kind: "SECRET", id: `${worker.account}/${text(binding, "store_id")}/${name}` },
    settings: { name },
  };
};

export const workflow: CellBinding = (binding) => ({
  kind: "workflow",
  name: binding.name,
  script: scriptOfWorkflow(text(binding, "workflow_name")),
});

export const versionFacts: CellBinding = ({ name }, { version }) => ({
  kind: "versionMetadata",
  name,
  tag: version.annotations["workers/tag"] ?? "",
});

/** Straight to the database: nothing is pooled or cached here. */
export const databaseElsewhere: CellBinding = ({ name }, { world, worker, version }) => {
  const stored = world.state.get(worker.account, hyperdriveKind, version.targets[name] ?? "");
  return {
    kind: "hyperdrive",
    name,
    connectionString:
      (stored && connectionString(world.dataDir, stored)) ?? "postgres://deleted:deleted@127.0.0.1:1/deleted",
  };
};

export const staticFiles: CellBinding = ({ name }) => ({ kind: "assets", name });

/** The Worker that has the namespace now; its name may not be the binding's while a class changes hands. */
function ownerOf(
  world: World,
  worker: Worker,
  classes: readonly ObjectClass[],
  namespaceId: string,
): string | undefined {
  if (classes.some((each) => each.namespaceId === namespaceId)) return worker.name;
  return listWorkers(world.state, worker.account).find(
    (other) => other.id !== worker.id && other.classes.some((each) => each.namespaceId === namespaceId),
  )?.name;
}
