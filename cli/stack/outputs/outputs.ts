import { z } from "zod";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { configOf } from "../stage-config.ts";
import { outputsTable, type Rollouts } from "./outputs-table.ts";
import { readOutputs } from "./read-outputs.ts";

/** Shows what a stage's stack puts out, as a table or as JSON. That it is not up is no failure: it is the answer. */
export async function showOutputs({ target, rest }: Request, stage: Stage, run: Run): Promise<number> {
  const found = await readOutputs(stage, run);
  const place = placeOfTarget(stage.name, target, run.root);
  if (found === undefined)
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so it puts nothing out. ${command("up")} brings it up.`, place)}\n`,
    );
  if (rest.includes("--json")) process.stdout.write(`${JSON.stringify(found ?? {}, null, 2)}\n`);
  else if (found !== undefined) process.stdout.write(outputsTable(found, await rolloutsOf(stage, run)));
  return 0;
}

const rollouts = z.record(z.string(), z.looseObject({ stable: z.string(), percent: z.number() })).catch({});

/** What the configuration holds back. One that cannot be read is the next `up`'s to refuse. */
const rolloutsOf = async (stage: Stage, run: Run): Promise<Rollouts> =>
  rollouts.parse((await configOf(stage, run))("lockstep:rollout") ?? {});
