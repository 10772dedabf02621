import { z } from "zod";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../src/diagnostic/sentence.ts";
import type { Stage } from "../../src/project/stage.ts";
import { outputsTable } from "./outputs-table.ts";
import { pulumiText, type Run } from "./pulumi.ts";
import type { Request } from "./request.ts";

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

/** Shows what a stage's stack puts out, as a table or as JSON. That it is not up is no failure: it is the answer. */
export async function showOutputs({ target, rest }: Request, stage: Stage, run: Run): Promise<number> {
  const found = await readOutputs(stage, run);
  const place = placeOfTarget(stage.name, target, run.root);
  if (found === undefined)
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so it puts nothing out. ${command("up")} brings it up.`, place)}\n`,
    );
  if (rest.includes("--json")) process.stdout.write(`${JSON.stringify(found ?? {}, null, 2)}\n`);
  else if (found !== undefined) process.stdout.write(outputsTable(found));
  return 0;
}
