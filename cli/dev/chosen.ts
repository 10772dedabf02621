import { type Source, sourceOf } from "../../src/bundle/bundle.ts";
import { embeddedUrl } from "../../src/cloudflare/worker-url.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";

/** A worker of the stage that is worked on. */
export interface DevWorker {
  /** As declared: `dome-api`. */
  readonly name: string;
  /** As deployed: `dome-api-dev`. */
  readonly script: string;
  /** What its code is made from. */
  readonly source: Source;
  /** Whether it answers at an address of its own. */
  readonly hasUrl: boolean;
}

/** All workers of the systems, or the one that is asked for as `dome-api` or `dome/dome-api`. */
export function chosenWorkers(
  systems: readonly System[],
  stage: Stage,
  wanted: string | undefined,
): readonly DevWorker[] {
  const all = systems.flatMap((system) =>
    workersOf(system).flatMap((worker) => {
      const { name, workersDev: hasUrl } = worker;
      const source = sourceOf(worker);
      // One of static files alone has no code to work on.
      if (source === undefined) return [];
      return [
        {
          fullName: `${system.name}/${name}`,
          worker: { name, script: physicalName(worker, stage), source, hasUrl },
        },
      ];
    }),
  );
  const found = all.filter(
    ({ fullName, worker }) => wanted === undefined || wanted === fullName || wanted === worker.name,
  );
  if (found.length === 0 || (wanted !== undefined && found.length > 1)) {
    throw new UserError({
      what:
        found.length === 0
          ? "No system declares this worker"
          : "More than one system has a worker of this name",
      where: [named("dev")],
      got: wanted ?? "no workers at all",
      expected: (found.length === 0 ? all : found).map(({ fullName }) => fullName).join(", "),
      fix: "name one of them, or none for all of them",
    });
  }
  return found.map(({ worker }) => worker);
}

/** Where a person finds it. */
export const addressOf = (
  { script, hasUrl }: DevWorker,
  front: string,
  { embeddedAccount }: Stage,
): string => (hasUrl ? `${embeddedUrl(front, script, embeddedAccount)}/` : "is called by other workers");
