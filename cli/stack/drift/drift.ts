import { connection } from "../../../src/cloudflare/connection.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { drift } from "../../../src/reality/drift.ts";
import { findingText } from "../../../src/reality/finding-text.ts";
import { stageTarget } from "../account.ts";
import type { Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { stateOf } from "../state.ts";
import { engineFindings } from "./engine-drift.ts";

/** The exit code of a stage that is otherwise than its stack left it; 1 is what could not be looked at. */
const differs = 2;

/** Says of everything that a stage's stack has whether it is still so at Cloudflare, and who changed it. Changes nothing. */
export async function showDrift({ target, rest }: Request, stage: Stage, run: Run): Promise<number> {
  const place = placeOfTarget(stage.name, target, run.root);
  const isJson = rest.includes("--json");
  const state = await stateOf(stage, run);
  if (state === undefined || state.length === 0) {
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so nothing can differ. ${command("up")} brings it up.`, place)}\n`,
    );
    if (isJson) process.stdout.write(`${JSON.stringify({ stage: stage.name, drift: [] })}\n`);
    return 0;
  }
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const own = await drift({ state, api, accountId, root: run.root, everywhere: true });
  const options = rest.filter((word) => word !== "--json" && word !== "--diff");
  const all = [...own, ...(await engineFindings(stage, run, options, own))];
  if (isJson) {
    const shown = all.map(
      ({ resource, aspect, what, expected, found, differences, author, putBack, fix }) => ({
        ...{ resource, aspect, what, expected, found, differences, author, putBack },
        fix: inPlace(fix, place),
      }),
    );
    process.stdout.write(`${JSON.stringify({ stage: stage.name, drift: shown }, null, 2)}\n`);
  } else if (all.length === 0)
    process.stdout.write(`${stage.name} is as its stack left it: ${state.length} resources were looked at\n`);
  else process.stdout.write(`${all.map((each) => findingText(each, place)).join("\n\n")}\n`);
  return all.length === 0 ? 0 : differs;
}
