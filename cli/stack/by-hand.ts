import { connection } from "../../src/cloudflare/connection.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import type { Stage } from "../../src/project/stage.ts";
import { drift } from "../../src/reality/drift.ts";
import { findingText } from "../../src/reality/finding-text.ts";
import { stageTarget } from "./account.ts";
import type { Run } from "./engine/pulumi.ts";
import type { TargetName } from "./request.ts";
import { stateOf } from "./state.ts";

/**
 * The option that an `up` or its preview needs to see what was changed by hand, and says what that is. Nothing where nothing was: looking at
 * every resource takes long in a large stack.
 */
export async function lookingOption(
  stage: Stage,
  target: TargetName,
  rest: readonly string[],
  run: Run,
): Promise<readonly string[]> {
  if (rest.some((word) => /^(--refresh|-r)\b/.test(word))) return [];
  const state = await stateOf(stage, run);
  if (state === undefined || state.length === 0) return [];
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const found = (await drift({ state, api, accountId, root: run.root, everywhere: false })).filter(
    ({ putBack }) => putBack === "refresh",
  );
  if (found.length === 0) return [];
  const place = placeOfTarget(stage.name, target, run.root);
  const lines = found.map((finding) => findingText(finding, place));
  process.stderr.write(
    `Changed by hand; this run looks at every resource and puts it back:\n${lines.join("\n")}\n\n`,
  );
  return ["--refresh"];
}
