import { parseArgs } from "node:util";
import { named, sentence } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { watchFolder } from "./lock.ts";
import { chosenAi } from "./runtime/ai/choose.ts";
import { type EmbeddedOptions, startEmbedded } from "./start.ts";

export { type Connection, type Embedded, type EmbeddedOptions, startEmbedded } from "./start.ts";

const usage = sentence`usage: ${named("embedded", "[--port <n>] [--data <folder>] [--front-port <n>] [--provider [--provider-port <n>]] [--account <name> …] [--ai hash|endpoint:<url>]")}`;

function options(argv: readonly string[]): EmbeddedOptions {
  const values = parsed(argv);
  const port = portOf("--port", values.port);
  const frontPort = portOf("--front-port", values["front-port"]);
  const providerPort =
    portOf("--provider-port", values["provider-port"]) ?? (values.provider ? 0 : undefined);
  return {
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(port === undefined ? {} : { port }),
    ...(frontPort === undefined ? {} : { frontPort }),
    ...(providerPort === undefined ? {} : { providerPort }),
    ...(values.account === undefined ? {} : { accounts: values.account }),
    ai: chosenAi(values.ai),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string" },
        data: { type: "string" },
        "front-port": { type: "string" },
        provider: { type: "boolean", default: false },
        "provider-port": { type: "string" },
        account: { type: "string", multiple: true },
        ai: { type: "string", default: "hash" },
      },
    }).values;
  } catch (error) {
    throw new UserError(
      {
        what: "The command line is wrong",
        where: [named("embedded")],
        got: error instanceof Error ? error.message : String(error),
        expected: "the options below",
        fix: usage,
      },
      { cause: error },
    );
  }
}

function portOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UserError({
    what: "Not a port",
    where: option,
    got: JSON.stringify(text),
    expected: "a number from 0 to 65535; 0 is a free one",
    fix: usage,
  });
}

/** npm passes on the Ctrl-C that the terminal gave to everybody: one press, heard twice. */
const samePressMs = 500;

/**
 * Runs until SIGTERM, SIGINT or SIGHUP, or until its data folder is deleted. Exit codes: 0 stopped, 1 a mistake the user
 * can mend or no folder any more, 2 a bug.
 */
async function main(args: readonly string[]): Promise<void> {
  // Whatever it and every workerd writes, its owner alone may read: also what SQLite puts beside a database.
  process.umask(0o077);
  // A log that cannot be written (a full disk, a reader that has gone) is no reason to end in the middle of requests.
  process.stderr.on("error", () => undefined);
  const embedded = await startEmbedded(options(args));
  let stoppingSinceMs: number | undefined;
  const stop = (signal: string): void => {
    if (stoppingSinceMs !== undefined) {
      if (performance.now() - stoppingSinceMs > samePressMs) process.exit(1);
      return;
    }
    stoppingSinceMs = performance.now();
    console.error(`${signal}: stopping`);
    embedded.close().then(
      () => process.exit(),
      (error: unknown) => fail(error),
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) onlyListener(signal, stop);
  watchFolder(embedded.dataDir, () => {
    process.exitCode = 1;
    stop(`${embedded.dataDir} was deleted`);
  });
  const { api, token, accounts, front, s3 } = embedded;
  process.stdout.write(`${JSON.stringify({ api, token, accounts, front, s3 })}\n`); // whoever reads it may stop us at once
}

/** Miniflare's listeners would end the process before anything is drained. Ours comes first: a signal between the two would be lost. */
function onlyListener(signal: NodeJS.Signals, listener: NodeJS.SignalsListener): void {
  const others = process.listeners(signal);
  process.on(signal, listener);
  for (const other of others) process.off(signal, other);
}

function fail(error: unknown): never {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(error instanceof UserError ? 1 : 2);
}

/** As a verb of the command: the process lives until it is told to stop. */
export async function run(args: readonly string[]): Promise<number> {
  await main(args);
  return 0;
}

if (import.meta.main) main(process.argv.slice(2)).catch(fail);
