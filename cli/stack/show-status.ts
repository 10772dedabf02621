import { connection } from "../../src/cloudflare/connection.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../src/diagnostic/sentence.ts";
import type { Stage } from "../../src/project/stage.ts";
import { drift } from "../../src/reality/drift.ts";
import { notable } from "../status/notable.ts";
import { type NamedStore, storesStatus } from "../status/stores.ts";
import { type Status, statusTable } from "../status/table.ts";
import { workersStatus } from "../status/workers.ts";
import { stageTarget } from "./account.ts";
import type { Run } from "./engine/pulumi.ts";
import { readOutputs, type StackOutputs } from "./outputs/read-outputs.ts";
import type { Request } from "./request.ts";
import { stateOf } from "./state.ts";

/** Shows on one screen how a stage is: what serves, what is stored, what waits, and what somebody should look at. Changes nothing. */
export async function showStatus(
  { target, rest }: Request,
  stage: Stage,
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const [outputs, state] = await Promise.all([readOutputs(stage, run), stateOf(stage, run)]);
  if (outputs === undefined || state === undefined) {
    const place = placeOfTarget(stage.name, target, run.root);
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so nothing is to be seen. ${command("up")} brings it up.`, place)}\n`,
    );
    if (rest.includes("--json")) process.stdout.write(`${JSON.stringify({ stage: stage.name })}\n`);
    return 0;
  }
  const { accountId } = stageTarget(stage, run.env, run.root);
  const asked = { api: connection(run.env, run.root), accountId };
  const now = new Date();
  const [workers, stores, findings] = await Promise.all([
    workersStatus(asked, workersIn(outputs, systems, stage), now),
    storesStatus(asked, storesIn(outputs, systems), now),
    drift({ state, api: asked.api, accountId, root: run.root, everywhere: true }),
  ]);
  const status: Status = { stage: stage.name, workers, stores, notable: notable(workers, stores, findings) };
  process.stdout.write(
    rest.includes("--json") ? `${JSON.stringify(status, null, 2)}\n` : statusTable(status),
  );
  return 0;
}

/** The workers that are up, by what Cloudflare calls them. One that is declared no more has no name to ask for: drift knows of it. */
const workersIn = ({ versions }: StackOutputs, systems: readonly System[], stage: Stage) =>
  systems.flatMap((system) =>
    workersOf(system)
      .map((worker) => ({ name: `${system.name}/${worker.name}`, script: physicalName(worker, stage) }))
      .filter(({ name }) => name in versions),
  );

const storesIn = ({ stores, databases }: StackOutputs, systems: readonly System[]): readonly NamedStore[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const label = `${system.name}/${resource.name}`;
      const found = stores[label];
      if (resource.kind === "worker" || found === undefined) return [];
      const jurisdiction = (resource.kind === "r2" ? resource.jurisdiction : undefined) ?? "default";
      const { lastMigration, applied } = databases[label] ?? {};
      const { name, id } = found;
      return [{ label, kind: resource.kind, name, id, jurisdiction, lastMigration, applied }];
    }),
  );
