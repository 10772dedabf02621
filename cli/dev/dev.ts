// `just dev [<worker>]`: what is saved serves a moment later on the embedded Cloudflare, without an `up`; what workers log is shown.
import { placeOfTarget, unplaced } from "../../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { ensureEmbedded, runningEmbedded } from "../../toolchain/embedded/embedded.ts";
import { placesOf } from "../../toolchain/project.ts";
import { parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { colours } from "../start/report.ts";
import { linesOf } from "../tail/event.ts";
import { listen } from "../tail/listen.ts";
import { type Account, accountOf, openTail } from "./api.ts";
import { addressOf, chosenWorkers, type DevWorker } from "./chosen.ts";
import { note } from "./left.ts";
import { printer } from "./printer.ts";
import { liveOf } from "./release.ts";
import { session } from "./session.ts";
import { watchSources } from "./watch.ts";

const usage = [named("dev", "[<worker>] [--stage <stage>]")];
const line = { verb: "dev", usage } as const;
const options = { stage: { type: "string" }, target: { type: "string", default: "embedded" } } as const;

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { stage, wanted } = requestOf(args, project);
  const places = placesOf(root);
  let connection = await ensureEmbedded(places);
  const account = (): Account => accountOf(connection, stage);
  const all = chosenWorkers(project.systems, stage, wanted);
  const workers = await deployed(all, account(), stage);
  const print = printer(process.stdout, colours(process.stdout, process.env), workers);
  for (const worker of workers) print.plain(worker, addressOf(worker, connection.front, stage));
  const ending = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    process.stdout.on("error", () => resolve()); // nobody reads any more
  });
  const watcher = watchSources(
    root,
    (sinceMs) => void loop.bring(sinceMs),
    (text) => process.stderr.write(`Some saves are not seen: ${text}\n`),
  );
  const loop = session({
    root,
    place: placeOfTarget(stage.name, "embedded", root),
    workers,
    account,
    tell: print,
    onInputs: watcher.follow,
  });
  const leave = await note(
    root,
    stage.name,
    workers.map(({ script }) => script),
  );
  await loop.bring(performance.now());
  const listening = workers.map((worker) =>
    listen({
      open: () => openTail(account(), worker.script),
      onEvent: (told) => {
        for (const said of linesOf(told, loop.positions(told.scriptVersion?.id ?? "")))
          print.said(worker, said);
      },
      onState: (trouble) =>
        print.plain(
          worker,
          trouble === undefined ? "its logs are heard again" : `no logs for now: ${trouble}`,
        ),
      signal: ending.signal,
    }),
  );
  // A process that was started again may have other ports.
  const refresh = setInterval(() => {
    runningEmbedded(places).then((found) => {
      connection = found ?? connection;
    }, ignore);
  }, 1_000);
  await watcher.ready;
  process.stdout.write(
    "Save a file under workers/ and it serves. Ctrl-C ends this, and the stack's own versions serve again.\n",
  );
  await interrupted;
  clearInterval(refresh);
  await watcher.close();
  ending.abort();
  await Promise.all(listening);
  if (await leave(loop.end)) return 0;
  const back = sentence`The next up puts it back: ${command("up", { stage: stage.name })}\n`;
  process.stderr.write(inPlace(back, unplaced()));
  return 1;
}

const ignore = (): void => undefined;

export function requestOf(
  args: readonly string[],
  project: Project,
): { readonly stage: Stage; readonly wanted: string | undefined } {
  const { values, positionals } = parsedLine(line, args, options, "at most one worker");
  if (positionals.length > 1)
    throw wrongLine(line, "Too many words", positionals.join(" "), "one worker, or none for all of them");
  const { stages } = project;
  const { stage: name = meantStage(project).name } = values;
  if (values.target !== "embedded") {
    throw new UserError({
      what: `\`${inPlace(named("dev"), unplaced())}\` deploys every file that is saved, and does that on the embedded target only`,
      where: [named("dev")],
      got: `--target ${values.target}`,
      expected: "the embedded target",
      fix: inPlace(command("up"), { ...unplaced(), stage: name, real: values.target === "cloudflare" }),
    });
  }
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined || stage.asksBeforeChange) {
    throw new UserError({
      what:
        stage === undefined
          ? "There is no such stage"
          : `A change of ${stage.name} is asked for by name, so it is not made by saving a file`,
      where: [named("dev")],
      got: name,
      expected: stages
        .filter((each) => !each.asksBeforeChange)
        .map((each) => each.name)
        .join(", "),
      fix: usage,
    });
  }
  return { stage, wanted: positionals[0] };
}

/** The workers that serve something: others have no version to take the bindings from. */
async function deployed(
  all: readonly DevWorker[],
  account: Account,
  stage: Stage,
): Promise<readonly DevWorker[]> {
  const found: DevWorker[] = [];
  for (const worker of all) if ((await liveOf(account, worker.script)) !== undefined) found.push(worker);
  if (found.length > 0) return found;
  throw new UserError({
    what: `Nothing of ${stage.name} is deployed on the embedded Cloudflare`,
    where: `account ${stage.embeddedAccount}`,
    got: `no version of ${all.map(({ script }) => script).join(", ")} serves`,
    expected: "a stack that is up: a version takes its bindings from the one before",
    fix: sentence`${command("up", { stage: stage.name })}, then ${command("dev", { stage: stage.name })}`,
  });
}
