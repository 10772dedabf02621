// `lockstep releases <stage> [<release>]`: the releases of a stage, or all that one of them did.
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { progressOf } from "../../src/release/driver/progress.ts";
import type { KeptJournals } from "../../src/release/journal/kept.ts";
import { releasesFolder } from "../../src/release/journal/under-way.ts";
import { table } from "../../toolchain/table.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { stateOf } from "../stack/state.ts";
import { journalsIn, type Recorded, recordedReleases } from "./records/journals.ts";
import { releaseMarkdown } from "./records/markdown.ts";
import { entryLine } from "./screen/screen.ts";

const usage = sentence`\`${named("releases", "<stage> [<release>] [--json | --markdown]")}\``;
const line: CommandLine = { verb: "releases", usage };
const say = (text: string): void => void process.stdout.write(`${text}\n`);

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { stage, release, target, json, markdown } = requestOf(args, project);
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    const folder = releasesFolder(root, target, stage.name);
    const all = recordedReleases(folder, await keptOf(stage, target, root));
    if (release === undefined) {
      if (json) say(JSON.stringify(all.map(facts), null, 2));
      else say(all.length === 0 ? `No release of ${stage.name} is known` : listed(all));
      return 0;
    }
    const found = all.find(({ id }) => id === release || id.endsWith(`-${release}`));
    if (found === undefined)
      throw wrong(
        "There is no such release",
        release,
        all
          .slice(0, 10)
          .map(({ id }) => id)
          .join(", ") || "none is known, neither in this folder nor in the stack's state",
      );
    if (markdown) process.stdout.write(releaseMarkdown(found.entries));
    else {
      const progress = progressOf(found.entries);
      for (const entry of found.entries) say(json ? JSON.stringify(entry) : entryLine(entry, progress));
      if (found.from === "the state" && !json)
        say(
          "From the stack's state, which keeps of the measurements of a step the first, the last, and those that failed",
        );
    }
    return 0;
  });
}

/** What the stack's state keeps. Where it cannot be asked, what this folder knows is told all the same. */
async function keptOf(stage: Stage, target: TargetName, root: string): Promise<KeptJournals> {
  try {
    const run = { root, env: await environmentFor(target, stage, root) };
    return journalsIn((await stateOf(stage, run)) ?? []);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(
      `The stack's state could not be asked, so only what was driven from this folder is told: ${error.diagnostic.what}\n`,
    );
    return {};
  }
}

const facts = ({ entries, from }: Recorded) => {
  const { id, by, end, abort, prepared, position } = progressOf(entries);
  const digests = entries.flatMap((each) =>
    each.kind === "prepared" && each.digests !== undefined ? [each.digests] : [],
  );
  return {
    ...{ id, by, end: end ?? "under way" },
    workers: (prepared?.workers ?? []).map(({ label, stable, fresh }) => ({ label, stable, fresh })),
    digests: digests.at(-1) ?? {},
    made: prepared?.made ?? [],
    steps: `${position + 1} of ${prepared?.positions.length ?? 0}`,
    ...(abort !== undefined && { reason: abort }),
    from,
  };
};

const listed = (all: readonly Recorded[]): string =>
  table(
    ["release", "by", "workers", "steps", "end"],
    all.map((recorded) => {
      const { id, by, end, workers, made, steps, reason } = facts(recorded);
      const names = [...workers.map(({ label }) => label), ...made.map((label) => `${label} (new)`)].join(
        ", ",
      );
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
  readonly markdown: boolean;
} {
  const options = {
    target: { type: "string" },
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parsedLine(line, args, options, usage);
  const [name = "", release, ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage, and a release");
  const { json, markdown } = values;
  if (markdown && (json || release === undefined))
    throw wrong("--markdown tells of one release", json ? "--json beside it" : "no release", usage);
  return { stage, release, target: targetNamed(values.target), json, markdown };
}

const wrong = (what: string, got: string, expected: Sentence): UserError =>
  wrongLine(line, what, got, expected);
