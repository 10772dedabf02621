import { z } from "zod";
import { codeOf } from "../../../src/artefact/built.ts";
import { call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System, Worker } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";

const versionShape = z.object({
  bindings: z
    .array(
      z.looseObject({
        name: z.string(),
        type: z.string(),
        service: z.string().optional(),
        entrypoint: z.string().optional(),
      }),
    )
    .nullish(),
});

/** What a release is about to bring new versions beside. */
export interface Stable {
  readonly stage: Stage;
  readonly systems: readonly System[];
  readonly root: string;
  readonly api: Connection;
  readonly accountId: string;
  /** `<system>/<worker>` → id of its stable version; of those that have one. */
  readonly versions: Readonly<Record<string, string>>;
}

interface Labelled {
  readonly label: string;
  readonly worker: Worker;
  readonly script: string;
}

/** A named entrypoint that a stable version calls. */
interface Bound {
  readonly caller: string;
  readonly binding: string;
  readonly callee: Labelled;
  readonly entrypoint: string;
}

/**
 * Refuses a release whose new code of a worker lacks an entrypoint that the stable version of a worker is bound to: callees come first, so that
 * version would meet it. What the stable versions are bound to, Cloudflare tells; what the declaration says by now does not matter to them.
 */
export async function refuseLostEntrypoints(stable: Stable): Promise<void> {
  const { systems, stage, root } = stable;
  const workers = systems.flatMap((system) =>
    workersOf(system).map((worker) => ({
      ...{ label: `${system.name}/${worker.name}`, worker, script: physicalName(worker, stage) },
    })),
  );
  const bound = (await Promise.all(workers.map((caller) => boundBy(caller, workers, stable)))).flat();
  const exported = new Map<Worker, readonly string[] | undefined>();
  for (const { callee } of bound)
    if (!exported.has(callee.worker))
      exported.set(callee.worker, (await codeOf(callee.worker, root)).bundle?.exports);
  refuse(bound.flatMap((each) => lost(each, exported.get(each.callee.worker), stable)));
}

async function boundBy(
  { label, script }: Labelled,
  workers: readonly Labelled[],
  { api, accountId, versions }: Stable,
): Promise<readonly Bound[]> {
  const version = versions[label];
  if (version === undefined) return [];
  const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions/${version}`;
  const { bindings } = versionShape.parse(await call(api, "GET", path));
  return (bindings ?? []).flatMap(({ type, name, service, entrypoint }) => {
    const callee = type === "service" ? workers.find((each) => each.script === service) : undefined;
    return callee === undefined || entrypoint === undefined || entrypoint === "default"
      ? []
      : [{ caller: label, binding: name, callee, entrypoint }];
  });
}

/** @param exported undefined where the runtime alone knows */
function lost(
  { caller, binding, callee, entrypoint }: Bound,
  exported: readonly string[] | undefined,
  { versions }: Stable,
): readonly Diagnostic[] {
  if (exported === undefined || exported.includes(entrypoint)) return [];
  const { label, worker } = callee;
  const file = worker.main ?? worker.pages?.handlers ?? worker.name;
  return [
    {
      what: `The new version of ${label} lacks entrypoint ${entrypoint}, which the stable version of ${caller} calls`,
      where: `${binding} of ${caller}, version ${versions[caller]?.slice(0, 8)}`,
      got: `${file} exports ${exported.join(", ") || "nothing"}`,
      expected: `an export named ${entrypoint} as long as a version that answers people is bound to it`,
      fix: `keep ${entrypoint} in ${file} until a new version of ${caller} that does not bind it answers everything, and take it away in a release after that; what is new gets another name`,
    },
  ];
}
