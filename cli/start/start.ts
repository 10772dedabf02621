// `lockstep start`: the embedded Cloudflare up, the first stage on it, its workers asked. Stays until Ctrl-C; `--once` ends by itself.
import { command } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { endedUnderneath, runningEmbedded } from "../../toolchain/embedded/embedded.ts";
import { type ProjectEnvironment, projectEnvironment } from "../../toolchain/environment.ts";
import { placesOf } from "../../toolchain/project.ts";
import { removeStaleLocks } from "../../toolchain/stacks/stale-lock.ts";
import { type Place, type ProjectPlace, projectAt } from "../place.ts";
import { askWorkers, showAnswers } from "./answers.ts";
import { type Interruption, interruption } from "./interruption.ts";
import { runPulumi } from "./pulumi.ts";
import { type Report, report } from "./report.ts";
import { share, turn } from "./shared.ts";
import type { Started } from "./started.ts";

/** What is shown once the stage is up. */
export interface Demonstration<Shown extends object> {
  /** Does it, step by step; gives what `--once` prints as JSON. */
  readonly perform: (started: Started) => Promise<Shown>;
  /** Shows it to a person. */
  readonly show: (report: Report, shown: Shown) => void;
}

/** Asks every worker that has an address. */
const answers: Demonstration<Awaited<ReturnType<typeof askWorkers>>> = {
  perform: askWorkers,
  show: showAnswers,
};

export const run = (args: readonly string[], place: Place): Promise<number> =>
  startProject(args, place, answers);

/** Brings the project's first stage up and demonstrates it. */
export async function startProject<Shown extends object>(
  args: readonly string[],
  place: Place,
  demonstration: Demonstration<Shown>,
): Promise<number> {
  const unknown = args.find((arg) => arg !== "--once");
  if (unknown !== undefined)
    throw new UserError({
      what: "`start` does not know this option",
      where: "lockstep start",
      got: unknown,
      expected: "--once, or nothing",
      fix: [command("start", { once: true })],
    });
  const here = await projectAt(place);
  const stop = interruption();
  try {
    return await performed(here, args.includes("--once"), stop, demonstration);
  } finally {
    stop.end();
  }
}

async function performed<Shown extends object>(
  place: ProjectPlace,
  once: boolean,
  stop: Interruption,
  demonstration: Demonstration<Shown>,
): Promise<number> {
  const progress = report(process.stderr, process.env);
  const places = placesOf(place.root);
  const joining = (await runningEmbedded(places)) !== undefined;
  const { value: environment, leave } = await progress.step(
    joining ? "Join the running embedded Cloudflare" : "Start the embedded Cloudflare",
    () =>
      share(places, async () => {
        const value = await projectEnvironment(process.env, place.root);
        return { value, embeddedPid: value.connection.pid };
      }),
  );
  let shown: Shown | undefined;
  try {
    const stage = meantStage(place.project);
    await bringUp(environment, stage, progress, stop.signal);
    shown = await demonstration.perform({ place, environment, stage, report: progress, stop: stop.signal });
    demonstration.show(progress, shown);
    if (!once) {
      progress.line("\nCtrl-C stops it.");
      await stop.wanted;
    }
  } catch (error) {
    if (!stop.signal.aborted)
      throw (await runningEmbedded(places))?.pid === environment.connection.pid
        ? error
        : endedUnderneath(places, error);
  } finally {
    await progress.step("Stop the embedded Cloudflare", async (say) => {
      const left = await leave();
      if (left === "not ours") say("left running, as it was found");
      else if (left !== "stopped") say(`left running for process ${left.usedBy}`);
    });
  }
  if (shown === undefined) {
    progress.line("Interrupted. Running it again goes on from here.");
    return 130;
  }
  // The last line of all, for whoever reads it by machine.
  if (once) process.stdout.write(`${JSON.stringify({ ...shown, timings: progress.timings })}\n`);
  return 0;
}

const bringUp = (
  environment: ProjectEnvironment,
  stage: Stage,
  progress: Report,
  stop: AbortSignal,
): Promise<unknown> =>
  progress.step(`Bring the ${stage.name} stack up`, (say) =>
    turn(
      environment.places,
      (pid) => say(`waiting for process ${pid}, which is doing it`),
      (holdWith) => {
        removeStaleLocks(stage, environment.places.root);
        const args = ["up", "--stack", stage.name, "--yes", "--skip-preview", "--color", "never"];
        return runPulumi(environment, args, say, stop, holdWith);
      },
    ),
  );
