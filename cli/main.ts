// `lockstep <verb>`: what the recipes and npm scripts call, and whoever types it.
import { named } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { entry } from "./entry.ts";
import { placeHere, targetTyped } from "./place.ts";
import { isVerb, type VerbName, verbs } from "./verbs.ts";

const help = (): string =>
  [
    "lockstep <verb>",
    "",
    "On the embedded target; --target cloudflare works on a real account.",
    "",
    ...Object.values(verbs).flatMap(({ usage, summary }) => [`  ${usage}`, `      ${summary}`]),
    "",
  ].join("\n");

/** Verbs whose own help says more than one line. */
const tellsMore: ReadonlySet<string> = new Set<VerbName>(["db", "state"]);

/** Whoever asks what a verb does wants nothing done, whatever else was typed; behind `--` words are the engine's. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    (name === undefined ? process.stderr : process.stdout).write(help());
    return name === undefined ? 1 : 0;
  }
  if (!isVerb(name))
    throw new UserError({
      what: "There is no such verb",
      where: "lockstep",
      got: name,
      expected: Object.keys(verbs).join(", "),
      fix: [named("help")],
    });
  if (asksForHelp(args) && !tellsMore.has(name)) {
    const { usage, summary } = verbs[name];
    process.stdout.write(`lockstep ${usage}\n    ${summary}\n`);
    return 0;
  }
  const { run } = await verbs[name].load();
  return run(args, placeHere(targetTyped(args)));
}

await entry(() => main(process.argv.slice(2)));
