// `npm start`: the embedded Cloudflare up, the dome dev stack on it, notes fed, a question answered. Stays until Ctrl-C; `--once` ends by itself.

import { UserError } from "../src/diagnostic/user-error.ts";
import { dev } from "../src/stages/dev.ts";
import { endedUnderneath, runningEmbedded } from "../toolchain/embedded/embedded.ts";
import { type ProjectEnvironment, projectEnvironment } from "../toolchain/environment.ts";
import { placesOf, projectRoot } from "../toolchain/project.ts";
import { removeStaleLocks } from "../toolchain/stacks/stale-lock.ts";
import { entry } from "./entry.ts";
import { type DomeAnswer, search, storeNotes, waitUntilFound } from "./start/dome.ts";
import { ask, type WorkerAddress } from "./start/http.ts";
import { type Interruption, interruption } from "./start/interruption.ts";
import { documentationNotes } from "./start/notes.ts";
import { runPulumi } from "./start/pulumi.ts";
import { type Report, report } from "./start/report.ts";
import { share, turn } from "./start/shared.ts";

const stage = dev.name;
const question = "What do contract files wait for?";
const foundWithinMs = 60_000;

interface Demonstration {
  readonly urls: Readonly<Record<string, string>>;
  readonly answer: DomeAnswer;
  readonly notes: number;
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--once");
  if (unknown !== undefined)
    throw new UserError({
      what: "`npm start` does not know this option",
      where: "npm start",
      got: unknown,
      expected: "--once, or nothing",
      fix: "npm start -- --once",
    });
  const once = args.includes("--once");
  const stop = interruption();
  try {
    return await run(once, stop);
  } finally {
    stop.end();
  }
}

async function run(once: boolean, stop: Interruption): Promise<number> {
  const told = report(process.stderr, process.env);
  const places = placesOf(projectRoot);
  const joining = (await runningEmbedded(places)) !== undefined;
  const { value: project, leave } = await told.step(
    joining ? "Join the running embedded Cloudflare" : "Start the embedded Cloudflare",
    () =>
      share(places, async () => {
        const value = await projectEnvironment();
        return { value, embeddedPid: value.connection.pid };
      }),
  );
  let shown: Demonstration | undefined;
  try {
    shown = await demonstrate(project, told, stop.signal);
    show(told, shown);
    if (!once) {
      told.line("\nCtrl-C stops it.");
      await stop.wanted;
    }
  } catch (error) {
    if (!stop.signal.aborted)
      throw (await runningEmbedded(places))?.pid === project.connection.pid
        ? error
        : endedUnderneath(places, error);
  } finally {
    await told.step("Stop the embedded Cloudflare", async (progress) => {
      const left = await leave();
      if (left === "not ours") progress("left running, as it was found");
      else if (left !== "stopped") progress(`left running for process ${left.usedBy}`);
    });
  }
  if (shown === undefined) {
    told.line("Interrupted. Running it again goes on from here.");
    return 130;
  }
  // The last line of all, for whoever reads it by machine.
  if (once) process.stdout.write(`${JSON.stringify({ ...shown, timings: told.timings })}\n`);
  return 0;
}

async function demonstrate(
  project: ProjectEnvironment,
  told: Report,
  stop: AbortSignal,
): Promise<Demonstration> {
  await told.step(`Bring the ${stage} stack up`, (progress) =>
    turn(
      project.places,
      (pid) => progress(`waiting for process ${pid}, which is doing it`),
      (holdWith) => {
        removeStaleLocks(dev, project.places.root);
        const args = ["up", "--stack", stage, "--yes", "--skip-preview", "--color", "never"];
        return runPulumi(project, args, progress, stop, holdWith);
      },
    ),
  );
  const urls = { "dome-api": workerUrl(project.connection.front, `dome-api-${stage}`) };
  const { hostname, port } = new URL(urls["dome-api"]);
  const dome: WorkerAddress = { host: hostname, port: Number(port) };
  await told.step("Ask dome-api whether it is well", async () => {
    const reply = await ask(dome, "/health");
    if (reply.status !== 200)
      throw new Error(`${urls["dome-api"]}/health answered HTTP ${reply.status}: ${reply.text}`);
  });
  stop.throwIfAborted();
  const notes = documentationNotes(projectRoot);
  const ids = await told.step("Store this project's documentation as notes", (progress) =>
    storeNotes(dome, notes, (n) => progress(`${n} of ${notes.length}`)),
  );
  await told.step("Wait until the queue has embedded them", (progress) =>
    waitUntilFound(dome, notes, ids, foundWithinMs, stop, (n) => progress(`${n} of ${notes.length}`)),
  );
  stop.throwIfAborted();
  const answer = await told.step("Ask a question", () => search(dome, question));
  if (answer.evidence.length === 0) throw new Error("the search found no passage at all");
  return { urls, answer, notes: notes.length };
}

function show(told: Report, { urls, answer }: Demonstration): void {
  told.line(`\n  ${answer.question}\n`);
  told.line(
    answer.answer
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n"),
  );
  told.line("\n  from");
  for (const { title, score } of answer.evidence.slice(0, 5)) told.line(`    ${score.toFixed(3)}  ${title}`);
  told.line("");
  for (const [worker, url] of Object.entries(urls)) told.line(`  ${worker}  ${url}/`);
}

/** `http://<worker>.<account>.localhost:<port>` with its places filled. */
const workerUrl = (front: string, worker: string): string =>
  front.replace("<worker>", worker).replace("<account>", stage);

await entry(() => main(process.argv.slice(2)));
