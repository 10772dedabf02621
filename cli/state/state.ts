// `just state-backup <stack> [folder]` and `just state-restore <stack> <file>`: what Pulumi knows of a stack, in a file and back.
import { placeOfTarget, unplaced } from "../../src/diagnostic/place.ts";
import { inPlace, named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, type UserError } from "../../src/diagnostic/user-error.ts";
import { agentHere, leaveToPerson } from "../../src/settings/agent.ts";
import { type CommandLine, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { terminal } from "../stack/confirm.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import { targetNamed } from "../stack/request.ts";
import { backup } from "./backup.ts";
import { restore } from "./restore.ts";

const usage = sentence`${named("state backup", "<stack> [<folder>] [--target cloudflare]")}; ${named("state restore", "<stack> <file> [--yes <stack>] [--target cloudflare]")}`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[], place: Place): Promise<void> {
  const {
    root,
    project: { stages },
  } = await projectAt(place);
  const { command, stack, subject, yes, target } = requestOf(args);
  const stage = stages.find(({ name }) => name === stack);
  if (stage === undefined)
    throw wrong(command, `no stack ${JSON.stringify(stack)}`, stages.map(({ name }) => name).join(", "));
  const at = placeOfTarget(stack, target, root);
  await refusingAt(at, async () => {
    if (command === "restore" && stage.asksBeforeChange)
      leaveToPerson(`Restoring the state of ${stack}`, stage, await agentHere());
    const run = { root, env: await environmentFor(target, stage, root) };
    if (command === "backup") {
      const { path, resources } = await backup(stack, subject ?? "backups", run);
      say(`${path}: ${resources} resources, read back and opened with this passphrase`);
      return;
    }
    if (subject === undefined)
      throw wrong(command, "no file", sentence`a file that \`${named("state backup")}\` wrote`);
    await restore({ stack, file: subject, yes, run, terminal, say: (line) => say(inPlace(line, at)) });
  });
}

export function requestOf(args: readonly string[]) {
  const [first] = args;
  const { values, positionals } = parsedLine(lineOf(first), args, options, "the options below");
  const [command, stack = "", subject, ...more] = positionals;
  const { yes, target } = values;
  if (command !== "backup" && command !== "restore")
    throw wrong(first, command ?? "no command", "backup or restore");
  if (more.length > 0) throw wrong(command, `too many words: ${more.join(" ")}`, "the words below");
  return { command, stack, subject, yes, target: targetNamed(target) } as const;
}

const options = { yes: { type: "string" }, target: { type: "string" } } as const;
const lineOf = (word: string | undefined): CommandLine => ({
  verb: word === "restore" ? "state restore" : "state backup",
  usage,
});
const wrong = (word: string | undefined, got: string, expected: Sentence): UserError =>
  wrongLine(lineOf(word), "The command line is wrong", got, expected);

export async function run(args: readonly string[], place: Place): Promise<number> {
  if (args.includes("--help")) {
    say(inPlace(usage, unplaced()));
    return 0;
  }
  await main(args, place);
  return 0;
}
