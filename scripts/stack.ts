// What the recipes of scripts/stack.just call.
import { UserError } from "../src/userError.ts";
import { projectRoot } from "../toolchain/project.ts";
import { removeStaleLocks } from "../toolchain/staleLock.ts";
import { perform } from "./stack/commands.ts";
import { terminal } from "./stack/confirm.ts";
import { environmentFor } from "./stack/environment.ts";
import { requestOf } from "./stack/request.ts";

try {
  const request = requestOf(process.argv.slice(2));
  for (const stage of request.stages) {
    if (request.stages.length > 1) process.stderr.write(`\n── ${stage.name} ──\n`);
    const env = await environmentFor(request.target, stage, projectRoot);
    if (request.target === "embedded" && removeStaleLocks(stage, projectRoot) > 0) {
      process.stderr.write(`An earlier run on ${stage.name} was killed; this one goes on from there.\n`);
    }
    process.exitCode = await perform(request, stage, { root: projectRoot, env }, terminal);
    if (process.exitCode !== 0) break;
  }
} catch (error) {
  const told = error instanceof UserError || (error instanceof Error && error.name === "ToolchainError");
  process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
