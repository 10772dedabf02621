import { join } from "node:path";
import type { Stage } from "../../src/project/stage.ts";
import { placesOf } from "../../toolchain/project.ts";
import type { TargetName } from "./request.ts";

/** Where a stage's configuration is on a target. */
export const stackFileOf = (stage: Stage, target: TargetName, root: string): string =>
  target === "embedded"
    ? join(placesOf(root).config, `${stage.name}.yaml`)
    : join(root, `Pulumi.${stage.name}.yaml`);
