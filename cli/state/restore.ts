import { dirname, resolve } from "node:path";
import { command, pulumiOfStack, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Terminal } from "../stack/confirm.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";
import { backup } from "./backup.ts";
import { compare, differenceLines } from "./compare.ts";
import { openNow, readExport, readFile, rehearse, stacksOf } from "./export.ts";

export interface RestoreOptions {
  readonly stack: string;
  readonly file: string;
  /** The stack's name, where it was typed on the command line instead of at the prompt. */
  readonly yes: string | undefined;
  readonly run: Run;
  readonly terminal: Terminal;
  /** For a person. */
  readonly say: (line: Sentence) => void;
}

/** Shows what a restore would change, asks for the stack's name, backs the present state up, and restores. */
export async function restore({ stack, file, yes, run, terminal, say }: RestoreOptions): Promise<void> {
  const path = resolve(run.root, file);
  requireSameStack(stack, path);
  const wanted = await rehearse(stack, path, run);
  const difference = compare(await openNow(stack, run), wanted);
  say(`What restoring ${path} changes in the state of ${stack} (nothing at Cloudflare is touched):`);
  for (const line of differenceLines(difference)) say(line);
  if (difference.added.length + difference.removed.length + difference.changed.length === 0) {
    say("Nothing to restore: the state is what the file holds.");
    return;
  }
  await confirm(stack, yes, terminal);
  const before = await backup(stack, dirname(path), run);
  say(`The present state is in ${before.path} (${before.resources} resources).`);
  await pulumiText(["stack", "import", "--stack", stack, "--file", path], run);
  say(
    sentence`Restored. Compare it with what is really there: ${command("drift")}, or ${pulumiOfStack("refresh", stack)}`,
  );
}

function requireSameStack(stack: string, path: string): void {
  const stacks = stacksOf(readExport(readFile(path), path));
  if (stacks.every((each) => each === stack)) return;
  throw new UserError({
    what: "This is the state of another stack",
    where: path,
    got: stacks.join(", "),
    expected: stack,
    fix: `name a backup of ${stack}; they are called ${stack}-<time>.json`,
  });
}

async function confirm(stack: string, yes: string | undefined, terminal: Terminal): Promise<void> {
  const nobody = yes === undefined && !terminal.interactive;
  const typed = nobody
    ? "no terminal to type it at"
    : (yes ?? (await terminal.ask(`\nReplace the state of ${stack}? Type its name to go on: `)).trim());
  if (typed === stack) return;
  throw new UserError({
    what: `Restoring the state of ${stack} was not confirmed; nothing was changed`,
    where: `stack ${stack}`,
    got: typed === "" ? "nothing" : typed,
    expected: stack,
    fix: `type ${stack} at the prompt; without a terminal: --yes ${stack}`,
  });
}
