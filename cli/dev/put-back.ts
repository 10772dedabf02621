// Started by the `pulumi` launcher before an `up`, when a `just dev` has left a note: `put-back.ts <stage> <project folder>`. Lets the stack's versions
// serve again where a `just dev` was killed: the engine compares with its state, and would find nothing to do.

import { ApiError } from "../../src/cloudflare/api.ts";
import { unplaced } from "../../src/diagnostic/place.ts";
import { inPlace, named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { loadProject } from "../../src/project/load.ts";
import { runningEmbedded } from "../../toolchain/embedded/embedded.ts";
import { placesOf } from "../../toolchain/project.ts";
import { accountOf } from "./api.ts";
import { eachLeft } from "./left.ts";
import { end } from "./release.ts";

const [stageName, root = ""] = process.argv.slice(2);
const stage = (await loadProject(root)).stages.find(({ name }) => name === stageName);
const dev = inPlace(named("dev"), unplaced());
const connection = await runningEmbedded(placesOf(root));
if (stage !== undefined && connection !== undefined) {
  const account = accountOf(connection, stage);
  await eachLeft(root, stage.name, async (script) => {
    try {
      const versionId = await end(account, script);
      if (versionId !== undefined)
        process.stderr.write(
          `A \`${dev}\` was killed: ${script} serves version ${versionId.slice(0, 8)} again, the stack's own.\n`,
        );
      return true;
    } catch (error) {
      if (!(error instanceof UserError || error instanceof ApiError)) throw error;
      process.stderr.write(
        `A \`${dev}\` was killed, and the stack's version of ${script} could not be put back: ${error.message}\n`,
      );
      return false;
    }
  });
}
