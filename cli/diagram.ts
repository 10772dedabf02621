// `lockstep diagram [system]`: a picture of what is declared. Asks nobody, deploys nothing.
import { named } from "../src/diagnostic/sentence.ts";
import { draw } from "../src/diagram/draw.ts";
import { mermaid } from "../src/diagram/mermaid.ts";
import { parsedLine, wrongLine } from "./command-line.ts";
import { type Place, projectAt } from "./place.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { wanted, json } = requestOf(args);
  const { systems } = (await projectAt(place)).project;
  const chosen = systems.filter(({ name }) => wanted === undefined || name === wanted);
  if (wanted !== undefined && chosen.length === 0)
    throw wrongLine(line, "No system has this name", wanted, systems.map(({ name }) => name).join(", "));
  const graphs = chosen.map(draw);
  process.stdout.write(json ? `${JSON.stringify({ systems: graphs }, null, 2)}\n` : mermaid(graphs));
  return 0;
}

const line = { verb: "diagram", usage: [named("diagram", "[<system>] [--json]")] } as const;
const expected = "at most one system, and --json";

function requestOf(args: readonly string[]): { readonly wanted: string | undefined; readonly json: boolean } {
  const options = { json: { type: "boolean", default: false } } as const;
  const { values, positionals } = parsedLine(line, args, options, expected);
  const [wanted, ...more] = positionals;
  if (more.length > 0) throw wrongLine(line, "Too many words", positionals.join(" "), expected);
  return { wanted, json: values.json };
}
