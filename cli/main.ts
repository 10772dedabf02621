// `lockstep <verb>`: what the recipes and npm scripts call, and whoever types it.
import { named } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { entry } from "./entry.ts";
import { placeHere } from "./place.ts";
import { isVerb, verbs } from "./verbs.ts";

const help = (): string =>
  [
    "lockstep <verb>",
    "",
    "On the embedded target; --target cloudflare works on a real account.",
    "",
    ...Object.values(verbs).flatMap(({ usage, summary }) => [`  ${usage}`, `      ${summary}`]),
    "",
  ].join("\n");

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
  const { run } = await verbs[name].load();
  return run(args, placeHere());
}

await entry(() => main(process.argv.slice(2)));
