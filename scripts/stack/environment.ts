import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseEnv } from "node:util";
import type { Stage } from "../../src/stages/index.ts";
import { type Complaint, refuse } from "../../src/userError.ts";
import { ensureEngine, projectEnvironment } from "../../toolchain/environment.ts";
import { placeEngine } from "../../toolchain/launchers.ts";
import { type Places, placesOf } from "../../toolchain/project.ts";
import { stateUrlOf } from "../../toolchain/pulumiLauncher.ts";
import { csvQuote } from "../../toolchain/shellQuote.ts";
import type { Request } from "./request.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that pulumi is run in, on the target that was asked for. Engine and embedded process are there afterwards. */
export async function environmentFor(
  target: Request["target"],
  stage: Stage,
  root: string,
): Promise<Environment> {
  if (target === "embedded") return (await projectEnvironment(process.env, root)).env;
  const places = placesOf(root);
  const env = realEnvironment(process.env, envFile(stage, root), stage, places);
  placeEngine(await ensureEngine(process.env), places);
  return {
    ...env,
    PATH: [places.bin, join(root, "node_modules", ".bin"), env["PATH"] ?? ""].join(delimiter),
  };
}

/** `.env.<stage>`, as far as there is one. */
function envFile(stage: Stage, root: string): Environment {
  const path = join(root, `.env.${stage.name}`);
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

/**
 * A shell's environment without what belongs to the embedded target, with what the stage's file adds. A file and a shell that
 * disagree are refused: either could be the account that was not meant.
 */
export function realEnvironment(
  shell: Environment,
  file: Environment,
  stage: Stage,
  places: Places,
): Environment {
  refuse([...disagreements(shell, file, stage), ...withoutToken({ ...shell, ...file }, stage)]);
  const embedded = shell["PULUMI_BACKEND_URL"] === stateUrlOf(places);
  const own = [
    "PULUMI_DEBUG_PROVIDERS",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    "PULUMI_OPTION_CONFIG_FILE",
    "PULUMI_OPTION_GENERATE_CODE",
  ];
  const ownWhenEmbedded = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_HOME"];
  const env: Record<string, string | undefined> = { ...shell };
  for (const name of embedded ? [...own, ...ownWhenEmbedded] : own) delete env[name];
  return {
    ...env,
    ...file,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_OPTION_POLICY_PACK: csvQuote(join(places.root, "policy")),
  };
}

function disagreements(shell: Environment, file: Environment, stage: Stage): Complaint[] {
  return Object.entries(file)
    .filter(
      ([name, value]) =>
        name.startsWith("CLOUDFLARE_") && (shell[name] ?? "") !== "" && shell[name] !== value,
    )
    .map(([name]) => ({
      what: `The shell and .env.${stage.name} disagree`,
      where: name,
      got: "two different values",
      expected: "one",
      fix: `unset ${name}, or take it out of .env.${stage.name}`,
    }));
}

function withoutToken(env: Environment, stage: Stage): Complaint[] {
  if ((env["CLOUDFLARE_API_TOKEN"] ?? "") !== "") return [];
  return [
    {
      what: "There is no API token for the real account",
      where: "CLOUDFLARE_API_TOKEN",
      got: "nothing",
      expected:
        "a token with Workers Scripts, Workers Routes, Workers KV Storage, Queues, D1, Workers R2 Storage and Vectorize, each with Edit",
      fix: `export CLOUDFLARE_API_TOKEN=…, or put it into .env.${stage.name} (git ignores it)`,
    },
  ];
}
