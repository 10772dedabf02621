import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ObjectClass, ScriptName, VersionSpec } from "../compute.ts";

/** A Workflow, and the class of a script that it runs. */
export interface EngineOf {
  readonly name: string;
  /** Outlives every change of the Workflow. */
  readonly uuid: string;
  /** Another one with each change. */
  readonly versionId: string;
  readonly createdOn: string;
  readonly script: string;
  readonly className: string;
  readonly stepLimit: number | undefined;
}

/** The engine that Miniflare brings; it is in no export of the package. */
const miniflareEngine = join(
  dirname(createRequire(import.meta.url).resolve("miniflare")),
  "workers/workflows/binding.worker.js",
);
const own = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url));

/** What a Workflow is called among the scripts of its account: no Worker can have this name. */
export const scriptOfWorkflow = (workflow: string): string => `workflow:${workflow}`;

export const engineName = (account: Omit<ScriptName, "script">, workflow: string): ScriptName => ({
  ...account,
  script: scriptOfWorkflow(workflow),
});

/** A Workflow as a script of its own, with a Durable Object for each instance: it lives and restarts as all the others do. */
export function engineVersion(of: EngineOf): VersionSpec {
  const script = scriptOfWorkflow(of.name);
  const classes: readonly ObjectClass[] = [
    { className: "Engine", namespaceId: `${of.uuid}-instances`, storage: "sqlite", staysInMemory: true },
    { className: "Instances", namespaceId: `${of.uuid}-names`, storage: "sqlite" },
  ];
  return {
    id: of.versionId,
    mainModule: "engine.js",
    modules: [
      { name: "engine.js", type: "ESModule", contents: own("./engine.js") },
      { name: "describe.js", type: "ESModule", contents: own("./describe.js") },
      { name: "miniflare-engine.js", type: "ESModule", contents: readFileSync(miniflareEngine) },
    ],
    compatibilityDate: "2026-06-01",
    compatibilityFlags: ["experimental"],
    bindings: [
      { kind: "service", name: "USER_WORKFLOW", script: of.script, entrypoint: of.className },
      { kind: "json", name: "WORKFLOW_NAME", value: of.name },
      { kind: "json", name: "BINDING_NAME", value: of.name },
      ...(of.stepLimit === undefined
        ? []
        : [{ kind: "json" as const, name: "STEP_LIMIT", value: of.stepLimit }]),
      ...classes.map(({ className, namespaceId }) => ({
        kind: "object" as const,
        name: className.toUpperCase(),
        className,
        script,
        namespaceId,
      })),
    ],
    objectClasses: classes,
    assets: undefined,
    createdOn: of.createdOn,
  };
}
