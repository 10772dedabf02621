// `npm start`: the embedded Cloudflare up, the dome dev stack on it, notes fed, a question answered. Stays until Ctrl-C; `--once` ends by itself.

import { UserError } from "../src/userError.ts";
import { runningEmbedded } from "../toolchain/embedded.ts";
import { type ProjectEnvironment, projectEnvironment } from "../toolchain/environment.ts";
import { placesOf, projectRoot } from "../toolchain/project.ts";
import { type DomeAnswer, search, storeNotes, waitUntilFound } from "./demo/dome.ts";
import { endProcess } from "./demo/endProcess.ts";
import { ask, type WorkerAddress } from "./demo/http.ts";
import { documentationNotes } from "./demo/notes.ts";
import { runPulumi } from "./demo/pulumi.ts";
import { type Report, report } from "./demo/report.ts";

const stage = "dev";
const question = "What does a contract migration wait for?";
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
  const told = report(process.stderr, process.env);
  const joined = (await runningEmbedded(placesOf(projectRoot))) !== undefined;
  const interrupted = interruption();
  const project = await told.step(
    joined ? "Join the running embedded Cloudflare" : "Start the embedded Cloudflare",
    () => projectEnvironment(),
  );
  let shown: Demonstration | undefined;
  try {
    shown = await Promise.race([demonstrate(project, told), interrupted.then(() => undefined)]);
    if (shown !== undefined) show(told, shown);
    if (shown !== undefined && !once) {
      told.line("\nCtrl-C stops it.");
      await interrupted;
    }
  } finally {
    if (!joined) await told.step("Stop the embedded Cloudflare", () => endProcess(project.connection.pid));
  }
  if (shown === undefined) return 130;
  // The last line of all, for whoever reads it by machine.
  if (once) process.stdout.write(`${JSON.stringify({ ...shown, timings: told.timings })}\n`);
  return 0;
}

async function demonstrate(project: ProjectEnvironment, told: Report): Promise<Demonstration> {
  await told.step(`Bring the ${stage} stack up`, (progress) =>
    runPulumi(project, ["up", "--stack", stage, "--yes", "--skip-preview", "--color", "never"], progress),
  );
  const urls = { "dome-api": workerUrl(project.connection.front, `dome-api-${stage}`) };
  const { hostname, port } = new URL(urls["dome-api"]);
  const dome: WorkerAddress = { host: hostname, port: Number(port) };
  await told.step("Ask dome-api whether it is well", async () => {
    const reply = await ask(dome, "/health");
    if (reply.status !== 200)
      throw new Error(`${urls["dome-api"]}/health answered HTTP ${reply.status}: ${reply.text}`);
  });
  const notes = documentationNotes(projectRoot);
  const ids = await told.step("Store this project's documentation as notes", (progress) =>
    storeNotes(dome, notes, (n) => progress(`${n} of ${notes.length}`)),
  );
  await told.step("Wait until the queue has embedded them", (progress) =>
    waitUntilFound(dome, notes, ids, foundWithinMs, (n) => progress(`${n} of ${notes.length}`)),
  );
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

/** Resolves at the first Ctrl-C (or SIGTERM); a second one ends at once. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    let times = 0;
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        if (++times > 1) process.exit(130);
        resolve();
      });
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `\n${error instanceof UserError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
