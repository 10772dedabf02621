import type { World } from "../../world.ts";
import { consumerOf, listQueues } from "../queues/model.ts";
import { domainBody, domainKind } from "../zones/zone.ts";
import { authorEmail, authorId, type Binding, type Deployment, type Version, type Worker } from "./model.ts";
import { hasPreview, previewSuffix } from "./previews.ts";
import { latestVersion, listWorkers } from "./registry.ts";
import { byName } from "./version/binding-members.ts";
import { isSecret, withoutSecret } from "./version/bindings.ts";
import { openParts } from "./version/parts.ts";
import { scriptName } from "./version/spec.ts";

/** A Worker as the beta API shows it: everything, with defaults. */
export function shownWorker(world: World, worker: Worker): Readonly<Record<string, unknown>> {
  return {
    ...worker.more,
    id: worker.id,
    name: worker.name,
    created_on: worker.createdOn,
    updated_on: worker.updatedOn,
    deployed_on: worker.deployedOn,
    logpush: worker.logpush,
    tags: worker.tags,
    tail_consumers: worker.tailConsumers,
    observability: withDefaults(worker.observability),
    subdomain: {
      ...worker.subdomain,
      url: hostOf(world, worker),
      preview_url_suffix: previewSuffix(scriptName(world, worker).accountName, worker),
    },
    references: references(world, worker),
  };
}

/** Where the Worker answers when its subdomain is enabled. */
const hostOf = (world: World, worker: Worker): string =>
  `http://${worker.name}.${scriptName(world, worker).accountName}.localhost:${world.compute.frontPort}`;

/** Cloudflare fills observability in; a missing `destinations` alone makes a plan that never settles. */
function withDefaults(sent: Readonly<Record<string, unknown>>): object {
  const logs = sent["logs"];
  const traces = sent["traces"];
  return {
    enabled: false,
    head_sampling_rate: 1,
    ...sent,
    logs: {
      enabled: false,
      head_sampling_rate: 1,
      persist: true,
      invocation_logs: true,
      destinations: [],
      ...(typeof logs === "object" ? logs : {}),
    },
    traces: {
      enabled: false,
      head_sampling_rate: 1,
      persist: true,
      destinations: [],
      ...(typeof traces === "object" ? traces : {}),
    },
  };
}

export interface Reference {
  readonly id: string;
  readonly name: string;
  readonly binding: Binding;
  readonly target: string | undefined;
}

/** Other Workers whose latest version binds this one. */
export function referencing(world: World, worker: Worker): readonly Reference[] {
  return listWorkers(world.state, worker.account)
    .filter((other) => other.id !== worker.id)
    .flatMap((other) => {
      const version = latestVersion(world.state, other);
      return (version?.bindings ?? [])
        .filter(
          (binding) =>
            (binding.type === "service" && binding["service"] === worker.name) ||
            (binding.type === "durable_object_namespace" && binding["script_name"] === worker.name),
        )
        .map((binding) => ({
          id: other.id,
          name: other.name,
          binding,
          target: version?.targets[binding.name],
        }));
    });
}

function references(world: World, worker: Worker): object {
  const found = referencing(world, worker);
  return {
    dispatch_namespace_outbounds: [],
    domains: domainsOf(world, worker),
    durable_objects: found
      .filter(({ binding }) => binding.type !== "service")
      .map(({ id, name, binding, target }) => ({
        namespace_id: target,
        namespace_name: `${worker.name}_${String(binding["class_name"])}`,
        worker_id: id,
        worker_name: name,
      })),
    queues: listQueues(world.state, worker.account).flatMap((queue) => {
      const consumer = consumerOf(world.state, queue);
      if (consumer?.type !== "worker" || consumer.workerId !== worker.id) return [];
      return [{ queue_consumer_id: consumer.id, queue_id: queue.id, queue_name: queue.name }];
    }),
    workers: found.filter(({ binding }) => binding.type === "service").map(({ id, name }) => ({ id, name })),
  };
}

const domainsOf = (world: World, worker: Worker): readonly object[] =>
  world.state.list(worker.account, domainKind).flatMap(({ id, name, body }) => {
    const domain = domainBody.parse(body);
    if (domain.service !== worker.name) return [];
    const { certId, zoneId, zoneName } = domain;
    return [{ id, hostname: name, certificate_id: certId, zone_id: zoneId, zone_name: zoneName }];
  });

/** A binding as it is shown: nothing secret, and the namespace's id for an object's. */
export function shownBinding(binding: Binding, version: Version): Readonly<Record<string, unknown>> {
  if (isSecret(binding)) return withoutSecret(binding).shown;
  if (binding.type === "durable_object_namespace")
    return { ...binding, namespace_id: version.targets[binding.name] };
  if (binding.type === "d1" && binding["database_id"] === undefined)
    return { ...binding, database_id: binding["id"] };
  return binding;
}

export const shownBindings = (version: Version): readonly object[] =>
  [...version.bindings].sort(byName).map((binding) => shownBinding(binding, version));

/** A version as the beta API shows it. `modules` is the whole code, on request. */
export function shownVersion(
  world: World,
  worker: Worker,
  version: Version,
  include: { readonly modules: boolean },
): Readonly<Record<string, unknown>> {
  const parts = openParts(world.state);
  return {
    ...version.sent,
    id: version.id,
    number: version.number,
    created_on: version.createdOn,
    author_id: authorId,
    author_email: authorEmail,
    source: version.source,
    urls: [],
    annotations: version.annotations,
    startup_time_ms: version.startupTimeMs,
    ...(version.mainModule === undefined ? {} : { main_module: version.mainModule }),
    compatibility_flags: version.sent["compatibility_flags"] ?? [],
    usage_model: version.sent["usage_model"] ?? "standard",
    ...(version.bindings.length === 0 ? {} : { bindings: shownBindings(version) }),
    ...(version.assets === undefined ? {} : { assets: { config: version.assets.config } }),
    ...(version.migrations === undefined ? {} : { migrations: version.migrations }),
    ...(worker.migrationTag === undefined ? {} : { migration_tag: worker.migrationTag }),
    ...(version.exports === undefined ? {} : { exports: liveExports(version.exports) }),
    ...(version.reconciliation === undefined ? {} : { exports_reconciliation: version.reconciliation }),
    ...(include.modules
      ? {
          modules: version.modules.map(({ name, contentType, digest }) => ({
            name,
            content_type: contentType,
            content_base64: Buffer.from(parts.read(digest)).toString("base64"),
          })),
        }
      : {}),
  };
}

/** Tombstones are not shown again. */
const liveExports = (exports: NonNullable<Version["exports"]>): object =>
  Object.fromEntries(
    Object.entries(exports).filter(
      ([, entry]) => !["deleted", "renamed", "transferred"].includes(String(entry["state"] ?? "created")),
    ),
  );

/** A version as the scripts API shows it, which is what wrangler reads. */
export function shownScriptVersion(worker: Worker, version: Version): Readonly<Record<string, unknown>> {
  return {
    id: version.id,
    number: version.number,
    metadata: {
      created_on: version.createdOn,
      modified_on: version.createdOn,
      source: version.source,
      author_id: authorId,
      author_email: authorEmail,
      has_preview: hasPreview(worker),
    },
    annotations: version.annotations,
    resources: {
      bindings: shownBindings(version),
      script: {
        etag: version.etag,
        handlers: version.handlers,
        named_handlers: version.namedHandlers,
        last_deployed_from: version.source,
      },
      script_runtime: {
        ...(version.sent["compatibility_date"] === undefined
          ? {}
          : { compatibility_date: version.sent["compatibility_date"] }),
        compatibility_flags: version.sent["compatibility_flags"] ?? [],
        usage_model: version.sent["usage_model"] ?? "standard",
        limits: version.sent["limits"] ?? {},
        ...(worker.migrationTag === undefined ? {} : { migration_tag: worker.migrationTag }),
      },
    },
    startup_time_ms: version.startupTimeMs,
  };
}

export const shownDeployment = (deployment: Deployment): Readonly<Record<string, unknown>> => ({
  id: deployment.id,
  source: deployment.source,
  strategy: deployment.strategy,
  author_email: authorEmail,
  annotations: deployment.annotations,
  versions: deployment.versions,
  created_on: deployment.createdOn,
});
