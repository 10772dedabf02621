import { asRefusal, UserError } from "../src/diagnostic/user-error.ts";

/** What is said on standard error about what ended a command: a mistake in its own words, what an API refused in five parts, a bug with its stack. */
export function whatEnded(thrown: unknown): string {
  const error = asRefusal(thrown);
  const plain = error instanceof UserError || (error instanceof Error && error.name === "ToolchainError");
  return plain ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs what a recipe or an npm script is for. `work` gives the exit code; what it throws is told, and is 1. */
export async function entry(work: () => Promise<number>): Promise<void> {
  let unwritten: Error | undefined;
  // Whoever reads may have read enough (`just db plan | head`), or have closed the terminal, and a disk may be full: what was begun is
  // finished all the same.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error) => {
      if ("code" in error && (error.code === "EPIPE" || error.code === "EIO")) return;
      if (unwritten === undefined && stream === process.stdout)
        process.stderr.write(
          `What this command says cannot be written any more: ${error.message}. It goes on, and ends with 1\n`,
        );
      unwritten = error;
    });
  // The last words may be refused only after the work is done.
  process.once("exit", () => {
    if (unwritten !== undefined && process.exitCode === 0) process.exitCode = 1;
  });
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${whatEnded(error)}\n`);
    process.exitCode = 1;
    // It is over: what the project's own modules left running keeps it up no longer.
    setTimeout(() => process.exit(), 5_000).unref();
  }
}
