import { z } from "zod";
import { ApiError, call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { readServing } from "../../../src/cloudflare/deployments.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System, Worker } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";

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

/** A worker of the stack. */
export interface Labelled {
  readonly label: string;
  readonly worker: Worker;
  /** Its name at Cloudflare. */
  readonly script: string;
}

/** An entrypoint that a version calls which answers people. */
export interface Bound {
  /** `<system>/<worker>`, or the name at Cloudflare of a worker of another stack. */
  readonly caller: string;
  /** Id of the caller's version. */
  readonly version: string;
  readonly binding: string;
  readonly callee: Labelled;
  /** `default` where none is named. */
  readonly entrypoint: string;
}

export const labelled = ({ systems, stage }: Pick<Stable, "systems" | "stage">): readonly Labelled[] =>
  systems.flatMap((system) =>
    workersOf(system).map((worker) => ({
      ...{ label: `${system.name}/${worker.name}`, worker, script: physicalName(worker, stage) },
    })),
  );

/** What the stable versions of the stack are bound to, as Cloudflare tells it: what the declaration says by now does not matter to them. */
export async function boundInside(stable: Stable): Promise<readonly Bound[]> {
  const workers = labelled(stable);
  const found = await Promise.all(
    workers.map(({ label, script }) => {
      const version = stable.versions[label];
      return version === undefined ? [] : boundBy({ caller: label, script, version }, workers, stable);
    }),
  );
  return found.flat();
}

/** Of an account, that are asked: two requests each. */
const mostWorkers = 150;

/** What workers of other stacks of the account are bound to; and why that is not known, where it is not. */
export async function boundOutside(
  stable: Stable,
): Promise<{ readonly bound: readonly Bound[]; readonly unknown: readonly string[] }> {
  const { api, accountId } = stable;
  const workers = labelled(stable);
  const notAsked = (why: string) => ({
    bound: [],
    unknown: [`Not known: whether workers of other stacks call what the new versions lack (${why})`],
  });
  try {
    const all = scripts.parse(await call(api, "GET", `/accounts/${accountId}/workers/scripts`));
    const others = all.map(({ id }) => id).filter((id) => workers.every(({ script }) => script !== id));
    if (others.length > mostWorkers) return notAsked(`the account has ${others.length} of them`);
    const serving = await readServing(api, accountId, others);
    const found = await Promise.all(
      serving.flatMap(({ worker: script, versions }) =>
        versions
          .filter(({ percentage }) => percentage > 0)
          .map(({ id: version }) => boundBy({ caller: script, script, version }, workers, stable)),
      ),
    );
    return { bound: found.flat(), unknown: [] };
  } catch (error) {
    if (error instanceof ApiError) return notAsked(error.message);
    if (error instanceof UserError) return notAsked(error.diagnostic.got);
    throw error;
  }
}

const scripts = z.array(z.looseObject({ id: z.string() }));
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

async function boundBy(
  { caller, script, version }: Pick<Bound, "caller" | "version"> & { readonly script: string },
  workers: readonly Labelled[],
  { api, accountId }: Stable,
): Promise<readonly Bound[]> {
  const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions/${version}`;
  const { bindings } = versionShape.parse(await call(api, "GET", path));
  return (bindings ?? []).flatMap(({ type, name, service, entrypoint = "default" }) => {
    const callee = type === "service" ? workers.find((each) => each.script === service) : undefined;
    return callee === undefined || callee.label === caller
      ? []
      : [{ caller, version, binding: name, callee, entrypoint }];
  });
}
