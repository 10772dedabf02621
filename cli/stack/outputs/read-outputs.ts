import { z } from "zod";
import { artefactOutput } from "../../../src/artefact/record.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { pulumiText, type Run } from "../engine/pulumi.ts";

const texts = z.record(z.string(), z.string());
const store = z.object({ kind: z.string(), name: z.string(), id: z.string() });
const database = z.object({
  applied: z.number(),
  lastMigration: z.string(),
  schema: z.string(),
  bookmarkBefore: z.string(),
});

/** What a stack of ours puts out. One that an earlier version brought up lacks what that did not know yet. */
const shape = z.looseObject({
  urls: texts.default({}),
  routes: z.record(z.string(), z.array(z.string())).default({}),
  versions: texts.default({}),
  stores: z.record(z.string(), store).default({}),
  databases: z.record(z.string(), database).default({}),
  artefact: artefactOutput.optional(),
  backups: z
    .object({ worker: z.string(), schedule: z.array(z.string()), bucket: z.string(), accountId: z.string() })
    .optional(),
});

export type StackOutputs = z.infer<typeof shape>;

const stacks = z.array(z.object({ name: z.string() }));

/** What a stage's stack puts out, or undefined where nothing of it is up. Secrets of it are `[secret]`. */
export async function readOutputs(stage: Stage, run: Run): Promise<StackOutputs | undefined> {
  const known = stacks.parse(JSON.parse(await pulumiText(["stack", "ls", "--json"], run)));
  if (!known.some(({ name }) => name.split("/").at(-1) === stage.name)) return undefined;
  const said: unknown = JSON.parse(
    await pulumiText(["stack", "output", "--json", "--stack", stage.name], run),
  );
  // A stack that was made and never brought up, and one that was destroyed, put nothing out at all.
  return Object.keys(z.looseObject({}).parse(said)).length === 0 ? undefined : shape.parse(said);
}
