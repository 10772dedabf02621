// `lockstep diagram [system]`: a picture of what is declared. Asks nobody, deploys nothing.
import { parseArgs } from "node:util";
import { named } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { draw } from "../src/diagram/draw.ts";
import { mermaid } from "../src/diagram/mermaid.ts";
import { type Place, projectAt } from "./place.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { wanted, json } = requestOf(args);
  const { systems } = (await projectAt(place)).project;
  const chosen = systems.filter(({ name }) => wanted === undefined || name === wanted);
  if (wanted !== undefined && chosen.length === 0)
    throw wrong("No system has this name", wanted, systems.map(({ name }) => name).join(", "));
  const graphs = chosen.map(draw);
  process.stdout.write(json ? `${JSON.stringify({ systems: graphs }, null, 2)}\n` : mermaid(graphs));
  return 0;
}

function requestOf(args: readonly string[]): { readonly wanted: string | undefined; readonly json: boolean } {
  const expected = "at most one system, and --json";
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false } },
    });
    const [wanted, ...more] = positionals;
    if (more.length === 0) return { wanted, json: values.json };
    throw wrong("Too many words", positionals.join(" "), expected);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw wrong(
      "The command line is wrong",
      error instanceof Error ? error.message : String(error),
      expected,
    );
  }
}

const wrong = (what: string, got: string, expected: string): UserError =>
  new UserError({
    what,
    where: [named("diagram")],
    got,
    expected,
    fix: [named("diagram", "[<system>] [--json]")],
  });
