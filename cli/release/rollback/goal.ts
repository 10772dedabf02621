import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { readServing } from "../../../src/cloudflare/deployments.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System, Worker } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { progressOf } from "../../../src/release/driver/progress.ts";
import { journalOf, releasesIn } from "../../../src/release/journal/journal.ts";
import { nameVersion } from "./name-version.ts";

/** A worker that goes back. */
export interface Goal {
  readonly label: string;
  readonly system: System;
  readonly worker: Worker;
  /** Its name at Cloudflare. */
  readonly script: string;
  /** Id of the version that serves. */
  readonly from: string;
  /** Id of the version that is to serve again. */
  readonly to: string;
}

interface Place {
  readonly api: Connection;
  readonly accountId: string;
  readonly stage: Stage;
  readonly systems: readonly System[];
  /** Of the stage's journals. */
  readonly folder: string;
}

/**
 * The workers that go back. Without a version: those of the last release that finished, to what was stable before it. With one (its id, or
 * eight characters of it and more): the worker that has it.
 */
export async function goalsOf(place: Place, version: string | undefined): Promise<readonly Goal[]> {
  const { api, accountId, stage, systems } = place;
  const all = systems.flatMap((system) =>
    workersOf(system).map((worker) => ({
      ...{ label: `${system.name}/${worker.name}`, system, worker },
      script: physicalName(worker, stage),
    })),
  );
  const wanted = version === undefined ? lastRelease(place) : undefined;
  const serving = await readServing(
    api,
    accountId,
    all.map(({ script }) => script),
  );
  const goals = await Promise.all(
    all.map(async (each): Promise<Goal[]> => {
      const from = serving
        .find(({ worker }) => worker === each.script)
        ?.versions.find(({ percentage }) => percentage > 0)?.id;
      if (from === undefined) return [];
      const to =
        version === undefined ? wanted?.get(each.label) : await versionOf(place, each.script, version);
      return to === undefined || to === from ? [] : [{ ...each, from, to }];
    }),
  );
  const found = goals.flat();
  if (found.length > 0) return found;
  throw new UserError({
    what: `There is nothing to go back to in ${stage.name}`,
    where: `stage ${stage.name}`,
    got: version ?? "what was stable before the last release serves already",
    expected:
      version === undefined
        ? "a release that changed what serves"
        : "the id of a version that a worker of the stage has and that does not serve, eight characters of it or more",
    fix: nameVersion(all[0]?.script ?? "<worker>"),
  });
}

function lastRelease({ folder, stage }: Place): ReadonlyMap<string, string> {
  for (const id of releasesIn(folder)) {
    const { end, prepared } = progressOf(journalOf(folder, id).entries());
    if (end === "finished" && prepared !== undefined && prepared.workers.length > 0)
      return new Map(prepared.workers.map(({ label, stable }) => [label, stable]));
  }
  throw new UserError({
    what: "Nothing says which version was stable before",
    where: folder,
    got: `no release of ${stage.name} that finished and had a version before it, in this folder`,
    expected: "its journal, or a version",
    fix: nameVersion("<worker>"),
  });
}

const versions = z.array(z.object({ id: z.string() }));

async function versionOf(
  { api, accountId }: Place,
  script: string,
  start: string,
): Promise<string | undefined> {
  if (start.length < 8) return undefined;
  const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions?per_page=100`;
  return versions.parse(await call(api, "GET", path)).find(({ id }) => id.startsWith(start))?.id;
}
