// `lockstep releases <stage> [<release>]`: the releases of a stage that were driven from this folder, or all that one of them did.
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, type UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { journalOf, releasesIn } from "../../src/release/journal/journal.ts";
import { releasesFolder } from "../../src/release/journal/under-way.ts";
import { type Progress, progressOf } from "../../src/release/progress.ts";
import { table } from "../../toolchain/table.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { entryLine } from "./screen.ts";

const usage = sentence`\`${named("releases", "<stage> [<release>] [--json]")}\``;
const line: CommandLine = { verb: "releases", usage };
const say = (text: string): void => void process.stdout.write(`${text}\n`);

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { stage, release, target, json } = requestOf(args, project);
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    const folder = releasesFolder(root, target, stage.name);
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
  const options = { target: { type: "string" }, json: { type: "boolean", default: false } } as const;
  const { values, positionals } = parsedLine(line, args, options, usage);
  const [name = "", release, ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage, and a release");
  return { stage, release, target: targetNamed(values.target), json: values.json };
}

const wrong = (what: string, got: string, expected: Sentence): UserError =>
  wrongLine(line, what, got, expected);
