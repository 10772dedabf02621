// `npm run -s db -- <command>` and `just db <command>`: everything about migrations that is not `pulumi up`.
import { parseArgs } from "node:util";
import { unplaced } from "../src/diagnostic/place.ts";
import { inPlace, command as typed } from "../src/diagnostic/sentence.ts";
import { placed, refusingAt, UserError } from "../src/diagnostic/user-error.ts";
import { table } from "../toolchain/table.ts";
import { withYes } from "./db/agree.ts";
import type { Command, Given } from "./db/command.ts";
import { commands } from "./db/commands.ts";
import { placeSaid } from "./db/place.ts";
import { type Place, type ProjectPlace, projectAt } from "./place.ts";

const help = (): string =>
  [
    "db <command> [--json]",
    "",
    "On the embedded target, the first stage, unless another is named; a real account needs its stage and --target cloudflare, with",
    "CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID from the shell or from .env.<stage>. new and lint ask nobody.",
    "",
    table(
      ["command", "what it does"],
      commands.map(({ usage, summary }) => [usage, summary]),
    ),
    "",
  ].join("\n");

function commandOf(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  throw new UserError({
    what: "There is no such command",
    where: "db",
    got: name,
    expected: commands.map((command) => command.name).join(", "),
    fix: [typed("db --help")],
  });
}

function parsed(
  command: Command,
  args: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({
      args: [...args],
      options: { ...command.options, json: { type: "boolean" } },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(
      {
        what: "The command's options cannot be read",
        where: `db ${command.name}`,
        got: error.message,
        expected: command.usage,
        fix: [typed("db --help")],
      },
      { cause: error },
    );
  }
}

async function main([name, ...args]: readonly string[], place: Place): Promise<number> {
  if (name === undefined) {
    process.stderr.write(help());
    return 1;
  }
  if (name === "--help" || name === "help" || args.includes("--help")) {
    process.stdout.write(help());
    return 0;
  }
  const command = commandOf(name);
  const at = await projectOrFolder(command, place);
  const { values, positionals } = parsed(command, withYes(args, at.project.stages));
  const json = values["json"] === true;
  const given: Given = {
    words: positionals,
    flag: (option) => values[option] === true,
    text: (option) => (typeof values[option] === "string" ? values[option] : undefined),
    env: process.env,
    ...at,
    say: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
  };
  const said = placeSaid(given);
  const found = await refusingAt(said, () => command.run(given));
  const shown = inPlace(found.text, said);
  const text = json ? (found.value === undefined ? "" : JSON.stringify(found.value)) : shown;
  if (text !== "") process.stdout.write(`${text}\n`);
  return found.ok ? 0 : 1;
}

/** Files of any folder can be linted, also where there is no project. */
async function projectOrFolder(command: Command, place: Place): Promise<ProjectPlace> {
  if (place.root === undefined && command.name === "lint")
    return { folder: place.folder, root: place.folder, project: { systems: [], stages: [] } };
  return projectAt(place);
}

export async function run(args: readonly string[], place: Place): Promise<number> {
  try {
    return await main(args, place);
  } catch (error) {
    if (error instanceof UserError && args.includes("--json")) {
      const { diagnostic, others } = placed(error, unplaced());
      process.stdout.write(`${JSON.stringify({ errors: [diagnostic, ...others] })}\n`);
    }
    throw error;
  }
}
