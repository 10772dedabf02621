import { z } from "zod";
import type { Stage } from "../../src/project/stage.ts";
import { type ExportedResource, exportedState } from "../../src/reality/state.ts";
import { pulumiText, type Run } from "./engine/pulumi.ts";

const stacks = z.array(z.object({ name: z.string() }));

/** What a stage's stack has in its state; undefined where there is no such stack yet. */
export async function stateOf(stage: Stage, run: Run): Promise<readonly ExportedResource[] | undefined> {
  const known = stacks.parse(JSON.parse(await pulumiText(["stack", "ls", "--json"], run)));
  if (!known.some(({ name }) => name.split("/").at(-1) === stage.name)) return undefined;
  return exportedState(await pulumiText(["stack", "export", "--stack", stage.name], run));
}
