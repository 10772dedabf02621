import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Stage } from "../../src/project/stage.ts";
import type { StateResource } from "../../src/reality/state.ts";
import { keptJournals, mergedJournals } from "../../src/release/journal/kept.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";
import { inPrivateFolder } from "../stack/plan/make-plan.ts";

const targetType = "pulumi-nodejs:dynamic/lockstep:Target";
const noted = z.object({
  release: z.object({ id: z.string(), by: z.string(), at: z.string().default("") }).optional(),
});

/** The release that a stack's state says is under way: its first `up` wrote that, before anything else. */
export const releaseIn = (
  state: readonly StateResource[],
): { readonly id: string; readonly by: string; readonly at: string } | undefined =>
  noted.parse(state.find(({ type }) => type === targetType)?.outputs ?? {}).release;

/**
 * Takes the note out of the state without an `up`, which may be refused for another reason. The engine checks what it takes in and holds the
 * stack's lock over it; until then the note itself refuses every other `up`.
 */
export const takeOutNote = (stage: Stage, id: string, run: Run, journal: string): Promise<void> =>
  inPrivateFolder(async (folder) => {
    const file = join(folder, "state.json");
    const text = await pulumiText(["stack", "export", "--stack", stage.name], run);
    writeFileSync(file, JSON.stringify(withoutNote(JSON.parse(text), id, journal)), { mode: 0o600 });
    await pulumiText(["stack", "import", "--stack", stage.name, "--file", file], run);
  });

const properties = z.record(z.string(), z.unknown());
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(
      z.looseObject({ type: z.string(), inputs: properties.optional(), outputs: properties.optional() }),
    ),
  }),
});

/** An exported state without the note of this release, whose journal is told in its place; all else is as it was, secrets sealed. */
export function withoutNote(state: unknown, id: string, journal: string): unknown {
  const read = exported.parse(state);
  const clean = (values: z.infer<typeof properties> | undefined) => {
    if (values === undefined || noted.safeParse(values).data?.release?.id !== id) return values;
    const { release: _, ...rest } = values;
    return rest;
  };
  const resources = read.deployment.resources.map((each) =>
    each.type === targetType
      ? { ...each, inputs: withJournal(clean(each.inputs), id, journal), outputs: clean(each.outputs) }
      : each,
  );
  return { ...read, deployment: { ...read.deployment, resources } };
}

const kept = z.object({ journals: keptJournals.default({}) });

function withJournal(values: z.infer<typeof properties> | undefined, id: string, journal: string) {
  const { journals } = kept.parse(values ?? {});
  return { ...values, journals: mergedJournals(journals, { [id]: journal }) };
}
