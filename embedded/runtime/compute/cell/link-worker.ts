import { readFileSync } from "node:fs";
import type { WorkerOptions } from "miniflare";
import type { VersionSpec } from "../../compute.ts";
import { ephemeralObjects, loopbackPorts, objectsKey, pluginBindings } from "../../workerd/unsafe.ts";
import { type CellRole, external, type RemoteObjects } from "./cell-options.ts";
import type { CellSettings } from "./cell-settings.ts";

const source = (name: string): string => readFileSync(new URL(`./link/${name}`, import.meta.url), "utf8");
const modules = [
  "link.js",
  "calls.js",
  "objects.js",
  "outbound.js",
  "report.js",
  "service.js",
  "workflow.js",
].map((name) => ({
  type: "ESModule" as const,
  path: `/${name}`,
  contents: source(name),
}));
const eventsText = source("events.js");

export interface LinkContext {
  readonly settings: CellSettings;
  readonly version: VersionSpec;
  readonly role: CellRole;
  readonly remoteObjects: readonly RemoteObjects[];
  /** `<account>/<script>/<version>` */
  readonly caller: string;
}

/** The second worker of a cell; what it does is in `link/`. */
export function linkWorker({ settings, version, role, remoteObjects, caller }: LinkContext): WorkerOptions {
  const main = [
    'import { objectClass } from "./link.js"; export * from "./link.js"; export { default } from "./link.js";',
    ...remoteObjects.map(
      (r) =>
        `export const ${r.exportName} = objectClass(${JSON.stringify(r.script)}, ${JSON.stringify(r.namespaceId)});`,
    ),
  ].join("\n");
  const injectRequestHeaders = [
    { name: "x-lockstep-report", value: settings.nonce },
    { name: "x-lockstep-caller", value: caller },
  ];
  return {
    name: "link",
    modulesRoot: "/",
    modules: [{ type: "ESModule", path: "/main.js", contents: main }, ...modules],
    compatibilityDate: "2026-06-01",
    compatibilityFlags: ["service_binding_extra_handlers"],
    ...ephemeralObjects(true),
    bindings: {
      NONCE: settings.nonce,
      EGRESS: settings.egress,
      FRONT_PORT: Number(settings.frontAddress.split(":")[1]),
    },
    serviceBindings: {
      USER: "user",
      FRONT: { external: { address: settings.frontAddress, http: {} } },
      REPORT: { external: { address: settings.frontAddress, http: { injectRequestHeaders } } },
    },
    durableObjects: role === "objects" ? ownedNamespaces(version) : {},
    ...pluginBindings([
      external("CELLS", { kind: "CELLS" }),
      external("EVENTS", { kind: "EVENTS", script: eventsText }),
    ]),
    ...loopbackPorts("default", { entrypoint: "Control" }),
  };
}

const ownedNamespaces = (version: VersionSpec) =>
  Object.fromEntries(
    version.objectClasses.map((c) => [
      `OBJECTS ${c.namespaceId}`,
      {
        className: c.className,
        scriptName: "user",
        useSQLite: c.storage !== "legacy-kv",
        ...objectsKey(c.namespaceId),
      },
    ]),
  );
