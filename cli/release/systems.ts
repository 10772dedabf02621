import { z } from "zod";
import type { System } from "../../src/declare/index.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { configOf } from "../stack/stage-config.ts";

/** The systems that a stage deploys, in the order of its list. */
export async function listedSystems(
  stage: Stage,
  run: Run,
  systems: readonly System[],
): Promise<readonly System[]> {
  const config = await configOf(stage, run);
  const names = z.array(z.string()).default([]).parse(config("lockstep:systems"));
  return names.flatMap((name) => systems.filter((system) => system.name === name));
}
