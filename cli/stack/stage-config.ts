import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Stage } from "../../src/project/stage.ts";
import { placesOf } from "../../toolchain/project.ts";
import { pulumiText, type Run } from "./engine/pulumi.ts";
import type { TargetName } from "./request.ts";

const configured = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);

/** What a stack's configuration has under some keys; undefined where it has nothing. Secrets stay closed. */
export async function configOf(stage: Stage, run: Run): Promise<(key: `lockstep:${string}`) => unknown> {
  const config = configured.parse(
    JSON.parse(await pulumiText(["config", "--json", "--stack", stage.name], run)),
  );
  return (key) => config[key]?.objectValue;
}

/**
 * Sets keys of a stack's configuration, all at once: between two of them a program may refuse to run.
 * @param file another file than the stack's own
 */
export async function setConfig(
  stage: Stage,
  values: Readonly<Record<`lockstep:${string}`, unknown>>,
  run: Run,
  file?: string,
): Promise<void> {
  const settings = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, { value: JSON.stringify(value), objectValue: value }]),
  );
  const at = file === undefined ? [] : ["--config-file", file];
  await pulumiText(
    ["config", "set-all", "--stack", stage.name, ...at, "--json", JSON.stringify(settings)],
    run,
  );
}

/** Lets work be done with a copy of a stage's configuration, which is gone afterwards. */
export async function withConfigCopy<Value>(
  stage: Stage,
  target: TargetName,
  { root }: Run,
  work: (file: string) => Promise<Value>,
): Promise<Value> {
  const name = `Pulumi.${stage.name}.yaml`;
  const own = target === "embedded" ? join(placesOf(root).config, `${stage.name}.yaml`) : join(root, name);
  const folder = mkdtempSync(join(tmpdir(), "lockstep-config-"));
  try {
    const copy = join(folder, name);
    if (existsSync(own)) copyFileSync(own, copy);
    return await work(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
