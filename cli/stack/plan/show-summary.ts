import type { System } from "../../../src/declare/index.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Run } from "../engine/pulumi.ts";
import { readOutputs } from "../outputs/read-outputs.ts";
import type { Request } from "../request.ts";
import { summary } from "./summary.ts";

/** Prints the summary of a stage. A stage that is not up has none: in a job that is a failure. */
export async function showSummary(
  { target }: Request,
  stage: Stage,
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const outputs = await readOutputs(stage, run);
  if (outputs === undefined) {
    const place = placeOfTarget(stage.name, target, run.root);
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so there is nothing to sum up. ${command("up")} brings it up.`, place)}\n`,
    );
    return 1;
  }
  const { GITHUB_REF_NAME: branch, GITHUB_SHA: sha } = run.env;
  process.stdout.write(`${summary(stage, systems, outputs, { branch, sha })}\n`);
  return 0;
}
