// `eval "$(npm run -s env)"`: a shell in which plain `pulumi`, `just` and `node` work on the embedded target.
// `eval "$(npm run -s env -- --wrangler)"`: one in which real wrangler does, in any project.

import { mkdirSync } from "node:fs";
import { embeddedShell, named, sentence, wranglerShell } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { meantStage } from "../src/project/project.ts";
import {
  embeddedVariables,
  ensureEmbedded,
  projectEnvironment,
  type Variables,
  wranglerVariables,
} from "../toolchain/environment.ts";
import { linkTools } from "../toolchain/launchers/launchers.ts";
import { shellQuote } from "../toolchain/launchers/shell-quote.ts";
import { placesOf } from "../toolchain/project.ts";
import { whatEnded } from "./entry.ts";
import { type Place, projectAt } from "./place.ts";

/** Lines that any POSIX shell evaluates. */
export function shellLines(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => (value === undefined ? `unset ${name};` : `export ${name}=${shellQuote(value)};`))
    .join("\n");
}

async function variables(args: readonly string[], place: Place): Promise<Variables> {
  const unknown = args.find((arg) => arg !== "--wrangler");
  if (unknown !== undefined)
    throw new UserError({
      what: "`env` does not know this option",
      where: [named("env")],
      got: unknown,
      expected: "--wrangler, or nothing",
      fix: sentence`${embeddedShell}, or ${wranglerShell}`,
    });
  const { root, project } = await projectAt(place);
  if (args.includes("--wrangler")) {
    const places = placesOf(root);
    mkdirSync(places.bin, { recursive: true });
    linkTools(places);
    const connection = await ensureEmbedded(places);
    // wrangler prints the host alone.
    process.stderr.write(
      `Workers answer at ${connection.front.replace("<account>", meantStage(project).embeddedAccount)}/\n`,
    );
    return wranglerVariables(places, connection, process.env, meantStage(project).embeddedAccount);
  }
  const { places, connection } = await projectEnvironment(process.env, root);
  return embeddedVariables(places, connection, process.env);
}

export async function run(args: readonly string[], place: Place): Promise<number> {
  try {
    process.stdout.write(`${shellLines(await variables(args, place))}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${whatEnded(error)}\n`);
    // Without this `eval` of an empty string would succeed, and the shell would go on as if it had worked.
    process.stdout.write("false\n");
    return 1;
  }
}
