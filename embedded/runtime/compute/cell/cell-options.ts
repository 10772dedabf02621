import type { WorkerOptions } from "miniflare";
import { ownModule } from "../../../../src/package/own-module.ts";
import type { ResolvedBinding, StoreAddress, VersionSpec } from "../../compute.ts";
import { ephemeralObjects, neverEvicted, objectsKey, pluginBindings } from "../../workerd/unsafe.ts";
import { newestCompatibilityDate } from "../../workerd/workerd-binary.ts";
import { assetOptions } from "./assets.ts";
import type { CellSettings } from "./cell-settings.ts";
import { moduleDefinitions } from "./modules.ts";

const pluginPath = ownModule(import.meta, "./plugin");

/** What a cell is for: stateless code, the script's Durable Objects, or only to see whether an upload starts. */
export type CellRole = "code" | "objects" | "trial";

export interface UserWorkerContext {
  readonly script: string;
  /** `<account>/<script>/<version>`, as stores are told. */
  readonly caller: string;
  readonly role: CellRole;
  readonly doors: Pick<CellSettings, "storesAddress" | "storesKey" | "dataPlaneAddress" | "dataPlaneKey">;
  readonly assetsDirectory: string | undefined;
  /** workerd wants two workers of one cell to have different namespaces. */
  readonly namespaceSuffix?: string;
}

/** A binding to the outside of the cell, made by our Miniflare plugin. */
export const external = (name: string, options: Readonly<Record<string, string>>) => ({
  name,
  type: "lockstep",
  plugin: { package: pluginPath, name: "lockstep" },
  options: { ...options },
});

/** A class of objects as link exports it: one for each namespace that lives outside the cell. */
export interface RemoteObjects {
  readonly exportName: string;
  readonly script: string;
  readonly namespaceId: string;
}

/** The Durable Object namespaces that this cell reaches in another one. An owner's own are at home. */
export function remoteObjects(version: VersionSpec, context: UserWorkerContext): readonly RemoteObjects[] {
  const found = new Map<string, RemoteObjects>();
  for (const b of version.bindings) {
    if (b.kind !== "object" || isAtHome(b, context) || found.has(b.namespaceId)) continue;
    found.set(b.namespaceId, {
      exportName: `Objects${found.size}`,
      script: b.script,
      namespaceId: b.namespaceId,
    });
  }
  return [...found.values()];
}

const isAtHome = (b: { readonly script: string }, context: UserWorkerContext): boolean =>
  context.role !== "code" && b.script === context.script;

/** The user's own worker in a cell: its modules, its bindings, its assets. */
export function userWorker(version: VersionSpec, context: UserWorkerContext): WorkerOptions {
  const owns = context.role !== "code";
  const remote = new Map(remoteObjects(version, context).map((r) => [r.namespaceId, r]));
  const classes = new Map(version.objectClasses.map((c) => [c.namespaceId, c]));
  const local = (className: string, namespaceId: string) => ({
    className: classes.get(namespaceId)?.className ?? className,
    useSQLite: classes.get(namespaceId)?.storage !== "legacy-kv",
    ...objectsKey(`${namespaceId}${context.namespaceSuffix ?? ""}`),
    ...(classes.get(namespaceId)?.staysInMemory === true && neverEvicted),
  });
  const of = <K extends ResolvedBinding["kind"]>(kind: K): Extract<ResolvedBinding, { kind: K }>[] =>
    version.bindings.filter((b): b is Extract<ResolvedBinding, { kind: K }> => b.kind === kind);
  const bound = new Set(
    of("object")
      .filter((b) => isAtHome(b, context))
      .map((b) => b.namespaceId),
  );
  const assets =
    version.assets === undefined
      ? undefined
      : assetOptions(version, context.assetsDirectory, of("assets")[0]?.name);
  return {
    name: "user",
    modulesRoot: "/",
    modules: moduleDefinitions(version),
    compatibilityDate: clampedDate(version.compatibilityDate).date,
    compatibilityFlags: [...version.compatibilityFlags],
    ...ephemeralObjects(context.role === "trial"),
    bindings: Object.fromEntries([
      ...of("text").map((b) => [b.name, b.value]),
      ...of("json").map((b) => [b.name, b.value]),
      ...of("versionMetadata").map((b) => [
        b.name,
        { id: version.id, tag: b.tag, timestamp: version.createdOn },
      ]),
    ]),
    serviceBindings: Object.fromEntries(
      of("service").map((b) => [
        b.name,
        {
          name: "link",
          entrypoint: "Service",
          props: { script: b.script, entrypoint: b.entrypoint, props: b.props },
        },
      ]),
    ),
    hyperdrives: Object.fromEntries(of("hyperdrive").map((b) => [b.name, b.connectionString])),
    durableObjects: Object.fromEntries(
      of("object").map((b) => {
        const away = remote.get(b.namespaceId);
        if (away === undefined) return [b.name, local(b.className, b.namespaceId)];
        return [
          b.name,
          { className: away.exportName, scriptName: "link", useSQLite: true, ...objectsKey(b.namespaceId) },
        ];
      }),
    ),
    additionalUnboundDurableObjects: owns
      ? version.objectClasses
          .filter((c) => !bound.has(c.namespaceId))
          .map((c) => local(c.className, c.namespaceId))
      : [],
    ...pluginBindings([
      ...of("store").map((b) =>
        external(b.name, {
          kind: b.store.kind,
          id: b.store.id,
          ...doorOf(b.store, context),
          caller: context.caller,
          ...(b.settings !== undefined && { settings: JSON.stringify(b.settings) }),
        }),
      ),
      ...of("workflow").map((b) => external(b.name, { kind: "WORKFLOW", script: b.script })),
    ]),
    tails: [{ name: "link", entrypoint: "Tail" }],
    outboundService: { name: "link", entrypoint: "Outbound" },
    ...(assets === undefined ? {} : { assets }),
  };
}

function doorOf(
  store: StoreAddress,
  { doors }: UserWorkerContext,
): { readonly address: string; readonly key: string } {
  switch (store.kind) {
    case "KV":
    case "R2":
    case "D1":
      return { address: doors.storesAddress, key: doors.storesKey };
    case "QUEUE":
    case "VECTORIZE":
    case "AI":
    case "RATELIMIT":
    case "ANALYTICS":
    case "EMAIL":
    case "SECRET":
      return { address: doors.dataPlaneAddress, key: doors.dataPlaneKey };
    default:
      return store.kind satisfies never;
  }
}

/** A date later than the bundled workerd knows is refused by it. */
export function clampedDate(date: string): { readonly date: string; readonly warning: string | undefined } {
  const newest = newestCompatibilityDate;
  if (date <= newest) return { date, warning: undefined };
  return {
    date: newest,
    warning: `The compatibility date ${date} is newer than this runtime knows; the worker runs with ${newest}.`,
  };
}
