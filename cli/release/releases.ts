// `lockstep releases <stage> [<release>]`: the releases of a stage that were driven from this folder, or all that one of them did.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { placeOfTarget, unplaced } from "../../src/diagnostic/place.ts";
import { inPlace, named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { journalOf, releasesIn } from "../../src/release/journal/journal.ts";
import { type Progress, progressOf } from "../../src/release/progress.ts";
import { table } from "../../toolchain/table.ts";
import { type Place, projectAt } from "../place.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { entryLine } from "./screen.ts";

const usage = sentence`\`${named("releases", "<stage> [<release>] [--json]")}\``;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

export async function run(args: readonly string[], place: Place): Promise<number> {
  if (args.includes("--help")) {
    say(inPlace(usage, unplaced()));
    return 0;
  }
  const { root, project } = await projectAt(place);
  const { stage, release, target, json } = requestOf(args, project);
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    const folder = join(root, ".lockstep", "releases", target, stage.name);
    const ids = releasesIn(folder);
    if (release === undefined) {
      const all = ids.map((id) => progressOf(journalOf(folder, id).entries()));
      if (json) say(JSON.stringify(all.map(facts), null, 2));
      else say(all.length === 0 ? `No release of ${stage.name} was driven from this folder` : listed(all));
      return 0;
    }
    const id = ids.find((each) => each === release || each.endsWith(`-${release}`));
    if (id === undefined)
      throw wrong(
        "There is no such release",
        release,
        ids.slice(0, 10).join(", ") || "none was driven from this folder",
      );
    const entries = journalOf(folder, id).entries();
    const progress = progressOf(entries);
    for (const entry of entries) say(json ? JSON.stringify(entry) : entryLine(entry, progress));
    return 0;
  });
}

const facts = ({ id, by, end, abort, prepared, position }: Progress) => ({
  ...{ id, by, end: end ?? "under way" },
  workers: (prepared?.workers ?? []).map(({ label, stable, fresh }) => ({ label, stable, fresh })),
  steps: `${position + 1} of ${prepared?.positions.length ?? 0}`,
  ...(abort !== undefined && { reason: abort }),
});

const listed = (all: readonly Progress[]): string =>
  table(
    ["release", "by", "workers", "steps", "end"],
    all.map((progress) => {
      const { id, by, end, workers, steps, reason } = facts(progress);
      const names = workers.map(({ label }) => label).join(", ");
      return [
        id,
        by,
        names === "" ? "nothing new" : names,
        steps,
        reason === undefined ? end : `${end}: ${reason}`,
      ];
    }),
  );

/** Reads `releases prod 20261130-131825-4f2a`. */
export function requestOf(
  args: readonly string[],
  { stages }: Pick<Project, "stages">,
): {
  readonly stage: Stage;
  readonly release: string | undefined;
  readonly target: TargetName;
  readonly json: boolean;
} {
  const { values, positionals } = parsed(args);
  const [name = "", release, ...more] = positionals;
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined)
    throw wrong("The stage has to be named", name, stages.map((each) => each.name).join(", "));
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage, and a release");
  return { stage, release, target: targetNamed(values.target), json: values.json ?? false };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { target: { type: "string" }, json: { type: "boolean" } },
    });
  } catch (error) {
    throw wrong(
      "The command line is wrong",
      error instanceof Error ? error.message : String(error),
      "the options below",
    );
  }
}

const wrong = (what: string, got: string, expected: Sentence): UserError =>
  new UserError({
    what,
    where: "the command line of releases",
    got: got === "" ? "nothing" : got,
    expected,
    fix: usage,
  });
