// `eval "$(npm run -s env)"`: a shell in which plain `pulumi`, `just` and `node` work on the embedded target.
// `eval "$(npm run -s env -- --wrangler)"`: one in which real wrangler does, in any project.
import { mkdirSync } from "node:fs";
import { UserError } from "../src/diagnostic/user-error.ts";
import {
  embeddedVariables,
  ensureEmbedded,
  projectEnvironment,
  type Variables,
  wranglerVariables,
} from "./environment.ts";
import { linkTools } from "./launchers/launchers.ts";
import { shellQuote } from "./launchers/shell-quote.ts";
import { placesOf, projectRoot } from "./project.ts";

/** Lines that any POSIX shell evaluates. */
export function shellLines(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => (value === undefined ? `unset ${name};` : `export ${name}=${shellQuote(value)};`))
    .join("\n");
}

async function variables(args: readonly string[]): Promise<Variables> {
  const unknown = args.find((arg) => arg !== "--wrangler");
  if (unknown !== undefined)
    throw new UserError({
      what: "`env` does not know this option",
      where: "npm run env",
      got: unknown,
      expected: "--wrangler, or nothing",
      fix: 'eval "$(npm run -s env)", or eval "$(npm run -s env -- --wrangler)"',
    });
  if (args.includes("--wrangler")) {
    const places = placesOf(projectRoot);
    mkdirSync(places.bin, { recursive: true });
    linkTools(places);
    const connection = await ensureEmbedded(places);
    // wrangler prints the host alone.
    process.stderr.write(`Workers answer at ${connection.front.replace("<account>", "dev")}/\n`);
    return wranglerVariables(places, connection, process.env);
  }
  const { places, connection } = await projectEnvironment();
  return embeddedVariables(places, connection, process.env);
}

if (import.meta.main) {
  try {
    process.stdout.write(`${shellLines(await variables(process.argv.slice(2)))}\n`);
  } catch (error) {
    const told = error instanceof UserError || (error instanceof Error && error.name === "ToolchainError");
    process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    // Without this `eval` of an empty string would succeed, and the shell would go on as if it had worked.
    process.stdout.write("false\n");
    process.exitCode = 1;
  }
}
