import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { ownFolder } from "../../src/files/own-folder.ts";
import { isRunning } from "../../src/process/is-running.ts";
import { embeddedAccounts } from "../../src/project/load.ts";
import { frugalNode } from "../install/frugal-node.mjs";
import { withLock } from "../install/lock.mjs";
import { codeFile } from "../package-root.ts";
import type { Places } from "../project.ts";
import { embeddedCode, olderCode, recordEmbeddedCode } from "./embedded-code.ts";

const connectionShape = z.object({
  /** The v4 API, as "http://127.0.0.1:8787/client/v4". */
  api: z.url(),
  token: z.string().min(1),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Where workers answer. */
  front: z.string(),
  /** The port that `PULUMI_DEBUG_PROVIDERS` attaches the engine to. */
  providerPort: z.optional(z.number()),
  pid: z.number(),
});

/** What a running embedded Cloudflare says of itself. */
export type EmbeddedConnection = z.infer<typeof connectionShape>;

/** A loaded machine takes long to start it; one that cannot start ends by itself, and is not waited for. */
const readyMs = 120_000;

/** The connection of the process that runs now, or undefined. */
export async function runningEmbedded(places: Places): Promise<EmbeddedConnection | undefined> {
  const found = readConnection(places);
  if (found === undefined || !isRunning(found.pid)) return undefined;
  return (await answers(Number(new URL(found.api).port))) ? found : undefined;
}

/**
 * Starts the project's embedded Cloudflare when it is not running, and waits until it answers. Two at once start one.
 * One that runs with older code than the clone's is left running, and said to be so on standard error.
 */
export async function ensureEmbedded(places: Places): Promise<EmbeddedConnection> {
  const running = await runningEmbedded(places);
  if (running !== undefined) {
    const older = olderCode(places, running.pid);
    if (older !== undefined) process.stderr.write(`${older}\n`);
    return running;
  }
  ownFolder(places.embedded);
  return withLock(
    join(places.embedded, "start.lock"),
    async () => (await runningEmbedded(places)) ?? start(places),
  );
}

async function start(places: Places): Promise<EmbeddedConnection> {
  const waitUntil = Date.now() + readyMs;
  const other = await otherOnesConnection(places, waitUntil);
  if (other !== undefined) return other;
  // Before the process reads its files: a change in between shows later, and none is missed.
  const code = embeddedCode(places);
  const logFile = join(places.embedded, "log");
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(
    places.node,
    [
      ...frugalNode,
      codeFile("embedded/main", places.code),
      "--data",
      places.embedded,
      "--provider",
      ...(await accountOptions(places.root)),
    ],
    {
      cwd: places.root,
      detached: true,
      // On standard output it says its token, which is for no log.
      stdio: ["ignore", "ignore", log],
      env: { ...process.env, NODE_COMPILE_CACHE: places.compileCache },
    },
  );
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `it ended with ${signal ?? `code ${code}`}`;
  });
  const giveUpAt = Date.now() + readyMs;
  while (Date.now() < giveUpAt && ended === undefined) {
    const found = readConnection(places);
    if (found !== undefined && found.pid === child.pid && (await answers(Number(new URL(found.api).port)))) {
      recordEmbeddedCode(places, found.pid, code);
      child.unref();
      return found;
    }
    await sleep(25);
  }
  if (ended === undefined) child.kill();
  // It may have met the one that a killed starter left, which had not yet taken the data when we looked.
  const quicker = await otherOnesConnection(places, waitUntil);
  if (quicker !== undefined) return quicker;
  throw new UserError({
    what: "The embedded Cloudflare did not start",
    where: logFile,
    got: `${ended ?? `no answer within ${readyMs / 1000} s`}; its last words: ${lastLines(logFile)}`,
    expected: "a running process that wrote connection.json",
    fix: sentence`run \`${command("embedded")}\` to see it start, or \`${command("clean")}\` to begin with empty data`,
  });
}

/** An account for each stage of the project. */
const accountOptions = async (root: string): Promise<readonly string[]> =>
  ((await embeddedAccounts(root)) ?? []).flatMap((name) => ["--account", name]);

/**
 * A process that has the data but does not answer is on its way up (whoever started it was killed) or down: waits until it is
 * there, and gives its connection, or is gone.
 */
async function otherOnesConnection(
  places: Places,
  waitUntil: number,
): Promise<EmbeddedConnection | undefined> {
  for (; Date.now() < waitUntil && isTaken(places.embedded); await sleep(50)) {
    const running = await runningEmbedded(places);
    if (running !== undefined) return running;
  }
  return undefined;
}

/** Whether a process has the data: it holds a lock of the operating system on this file (`embedded/lock.ts`) for as long as it lives. */
export function isTaken(dataDir: string): boolean {
  const file = join(dataDir, "lock");
  if (!existsSync(file)) return false;
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return false;
  } catch (error) {
    // Anything else is told by the process that is started then.
    return error instanceof Error && /locked|busy/i.test(error.message);
  } finally {
    lock.close();
  }
}

/** The file as it is; undefined when there is none or it is being written. */
function readConnection(places: Places): EmbeddedConnection | undefined {
  try {
    const parsed = connectionShape.safeParse(
      JSON.parse(readFileSync(join(places.embedded, "connection.json"), "utf8")),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens: a remembered pid can be another process by now. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 5_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

/** What went wrong for somebody whose embedded Cloudflare has ended under him: the process's last words, above what came of it. */
export function endedUnderneath(places: Places, came: unknown): UserError {
  const logFile = join(places.embedded, "log");
  return new UserError(
    {
      what: "The embedded Cloudflare ended in the middle of it",
      where: logFile,
      got: `${String(came instanceof Error ? came.message : came).split("\n")[0]}; its last words: ${lastLines(logFile)}`,
      expected: "a process that runs until it is told to end",
      fix: "mend what it names and run the command again: it goes on from here",
    },
    { cause: came },
  );
}

function lastLines(path: string): string {
  // The line that says it is ready holds its token.
  const lines = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"));
  return lines.slice(-5).join("\n            ") || "(none)";
}
