// What the recipes of cli/stack.just call.
import { projectRoot } from "../toolchain/project.ts";
import { removeStaleLocks, toldRemoved } from "../toolchain/stacks/stale-lock.ts";
import { entry } from "./entry.ts";
import { perform } from "./stack/commands.ts";
import { confirm, terminal } from "./stack/confirm.ts";
import { environmentFor } from "./stack/environment.ts";
import { requestOf } from "./stack/request.ts";

await entry(async () => {
  const request = requestOf(process.argv.slice(2));
  // Who cannot answer is told before a minute was spent, or another stage changed.
  if (request.command === "up" && (request.yes !== undefined || !terminal.interactive))
    for (const stage of request.stages) await confirm(stage, "Change", request.yes, terminal);
  for (const stage of request.stages) {
    if (request.stages.length > 1) process.stderr.write(`\n── ${stage.name} ──\n`);
    const env = await environmentFor(request.target, stage, projectRoot);
    if (request.target === "embedded" && removeStaleLocks(stage, projectRoot) > 0)
      process.stderr.write(`${toldRemoved(stage.name)}\n`);
    const code = await perform(request, stage, { root: projectRoot, env }, terminal);
    if (code !== 0) return code;
  }
  return 0;
});
