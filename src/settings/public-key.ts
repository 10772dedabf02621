import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../project/stage.ts";
import type { Target } from "./target.ts";

/** The public half of a stage's key, as its stack file on that target has it; undefined where there is none. */
export function publicKeyOf(
  { name }: Pick<Stage, "name">,
  target: Target["kind"],
  root: string,
): string | undefined {
  const path =
    target === "embedded"
      ? join(root, ".lockstep", "config", `${name}.yaml`)
      : join(root, `Pulumi.${name}.yaml`);
  if (!existsSync(path)) return undefined;
  // Of another stack's file one text is wanted: reading all of it as YAML would cost each run more than that.
  return /^\s+["']?lockstep:publicKey["']?:\s*["']?([A-Za-z0-9+/=]+)["']?\s*$/m.exec(
    readFileSync(path, "utf8"),
  )?.[1];
}
