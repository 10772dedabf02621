import { z } from "zod";
import type { Stage } from "../../src/project/stage.ts";
import { pulumiText, type Run } from "./pulumi.ts";

const configured = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);

/** A stack's configuration, by full key. Secrets of it are not opened. */
export const readConfig = async (stage: Stage, run: Run): Promise<z.infer<typeof configured>> =>
  configured.parse(JSON.parse(await pulumiText(["config", "--json", "--stack", stage.name], run)));

/** Sets keys of a stack's configuration, all at once: between two of them a program may refuse to run. */
export async function setConfig(
  stage: Stage,
  run: Run,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const settings = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, { value: JSON.stringify(value), objectValue: value }]),
  );
  await pulumiText(["config", "set-all", "--stack", stage.name, "--json", JSON.stringify(settings)], run);
}
