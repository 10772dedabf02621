// `lockstep rollback <stage> [<version>]`: lets an earlier version answer everything again, at once.
import { z } from "zod";
import { connection } from "../../../src/cloudflare/connection.ts";
import { placeOfTarget, unplaced } from "../../../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { releasesFolder, underWay } from "../../../src/release/journal/under-way.ts";
import { agentHere, leaveToPerson } from "../../../src/settings/agent.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../../command-line.ts";
import { withYes } from "../../db/agree.ts";
import type { Site } from "../../db/site.ts";
import { type Place, projectAt } from "../../place.ts";
import { stageTarget } from "../../stack/account.ts";
import { applied } from "../../stack/applied.ts";
import { confirm, terminal } from "../../stack/confirm.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { refuseLocked } from "../../stack/lock.ts";
import { type TargetName, targetNamed } from "../../stack/request.ts";
import { configOf, setConfig } from "../../stack/stage-config.ts";
import { stateOf } from "../../stack/state.ts";
import { releaseIn } from "../state-note.ts";
import { listedSystems } from "../systems.ts";
import { type Goal, goalsOf } from "./goal.ts";
import { checkPairs, secretsLines } from "./pair.ts";

const usage = sentence`\`${named("rollback", "<stage> [<version>] [--yes [<stage>]]")}\``;
const line: CommandLine = { verb: "rollback", usage };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function run(args: readonly string[], place: Place): Promise<number> {
  if (args.includes("--help")) {
    say(inPlace(usage, unplaced()));
    return 0;
  }
  const { root, project } = await projectAt(place);
  const { stage, version, target, yes } = requestOf(args, project);
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    if (stage.asksBeforeChange) leaveToPerson(`A rollback of ${stage.name}`, stage, await agentHere());
    const begunMs = Date.now();
    const run = { root, env: await environmentFor(target, stage, root) };
    refuseLocked(stage, run);
    const systems = await listedSystems(stage, run, project.systems);
    const { accountId } = stageTarget(stage, run.env, root);
    const api = connection(run.env, root);
    const site: Site = { stage, target, accountId, connection: api };
    const folder = releasesFolder(root, target, stage.name);
    const [goals, state = []] = await Promise.all([
      goalsOf({ api, accountId, stage, systems, folder }, version),
      stateOf(stage, run),
    ]);
    refuseReleasing(underWay(folder)?.progress ?? releaseIn(state), stage);
    for (const line of await checkPairs(goals, site, root)) say(line);
    for (const line of await secretsLines(goals, site)) say(line);
    for (const { label, from, to } of goals) say(`${label}: ${from.slice(0, 8)} → ${to.slice(0, 8)}`);
    await confirm(stage, "Roll back", yes, terminal);
    const code = await goBack(goals, state, stage, run);
    if (code === 0)
      say(
        `${goals.length === 1 ? "It serves" : "They serve"} again, ${((Date.now() - begunMs) / 1000).toFixed(1)} s after the command`,
      );
    return code;
  });
}

const rollouts = z.record(z.string(), z.unknown()).default({});

/** Only the deployments: whatever else this folder would change has no place in a rollback. */
async function goBack(
  goals: readonly Goal[],
  state: readonly ExportedResource[],
  stage: Stage,
  run: Run,
): Promise<number> {
  const labels = goals.map(({ label }) => label);
  const urns = state
    .filter(({ type, name }) => type.endsWith(":WorkersDeployment") && labels.includes(name))
    .map(({ urn }) => urn);
  const before = rollouts.parse((await configOf(stage, run))("lockstep:rollout"));
  const back = goals.map(({ label, to }) => [label, { stable: to, percent: 0 }] as const);
  await setConfig(stage, { "lockstep:rollout": { ...before, ...Object.fromEntries(back) } }, run);
  const targets = urns.flatMap((urn) => ["--target", urn]);
  return applied(["up", "--yes", "--skip-preview", "--stack", stage.name, ...targets], run);
}

function refuseReleasing(
  release: { readonly id: string; readonly by: string } | undefined,
  { name }: Stage,
): void {
  if (release === undefined) return;
  throw new UserError({
    what: `Release ${release.id} of ${name} is under way, and goes back by itself when it is aborted`,
    where: `stack ${name}`,
    got: `a rollback beside the release of ${release.by}`,
    expected: "one way back",
    fix: [command("release", { stage: name, abort: true, reason: "<why>" })],
  });
}

/** Reads `rollback prod 2f0d7f3e --yes prod`. */
export function requestOf(
  args: readonly string[],
  { stages }: Pick<Project, "stages">,
): {
  readonly stage: Stage;
  readonly version: string | undefined;
  readonly target: TargetName;
  readonly yes: string | undefined;
} {
  const options = { target: { type: "string" }, yes: { type: "string" } } as const;
  const { values, positionals } = parsedLine(line, withYes(args, stages), options, usage);
  const [name = "", version, ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrongLine(line, "Too many words", more.join(" "), "a stage, and a version");
  return { stage, version, target: targetNamed(values.target), yes: values.yes };
}
