import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseEnv } from "node:util";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import {
  apply,
  embeddedVariables,
  ensureEmbedded,
  ensureEngine,
  policyPackOf,
  projectEnvironment,
} from "../../../toolchain/environment.ts";
import { placeEngine } from "../../../toolchain/launchers/launchers.ts";
import { stateUrlOf } from "../../../toolchain/launchers/pulumi-launcher.ts";
import { csvQuote } from "../../../toolchain/launchers/shell-quote.ts";
import { type Places, placesOf } from "../../../toolchain/project.ts";
import type { TargetName } from "../request.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that pulumi is run in, on the target that was asked for. Engine and embedded process are there afterwards. */
export async function environmentFor(target: TargetName, stage: Stage, root: string): Promise<Environment> {
  if (target === "embedded") {
    tellEmbedded(process.env);
    return (await projectEnvironment(process.env, root)).env;
  }
  const places = placesOf(root);
  const env = await apiEnvironment(target, stage, root);
  placeEngine(await ensureEngine(process.env), places);
  return {
    ...env,
    PATH: [places.bin, join(root, "node_modules", ".bin"), env["PATH"] ?? ""].join(delimiter),
  };
}

/** The environment that an account's API is asked in, on the target that was asked for: the same, but pulumi may be missing. */
export async function apiEnvironment(target: TargetName, stage: Stage, root: string): Promise<Environment> {
  const places = placesOf(root);
  if (target === "cloudflare") return realEnvironment(process.env, envFile(stage, root), stage, places);
  tellEmbedded(process.env);
  return apply(process.env, embeddedVariables(places, await ensureEmbedded(places), process.env));
}

/** What the shell and the stage's file say, on the target that was asked for: no token of the real account is needed for it. */
export async function stageEnvironment(target: TargetName, stage: Stage, root: string): Promise<Environment> {
  return target === "cloudflare"
    ? { ...process.env, ...envFile(stage, root) }
    : apiEnvironment(target, stage, root);
}

/** Repairs that the program prints on a real account name recipes without their target: who types one there is told where it went. */
function tellEmbedded(shell: Environment): void {
  if ((shell["CLOUDFLARE_API_TOKEN"] ?? "") === "" || ofWrangler(shell).length > 0) return;
  process.stderr.write(
    "On the embedded target. For the account of this shell's token: --target cloudflare\n",
  );
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
  refuse([
    ...ofWrangler(shell),
    ...disagreements(shell, file, stage),
    ...withoutToken({ ...shell, ...file }, stage),
  ]);
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
    PULUMI_OPTION_POLICY_PACK: csvQuote(policyPackOf(places)),
    LOCKSTEP_PROJECT: places.root,
  };
}

/** `env --wrangler` exports the embedded Cloudflare's token and account under the names that a real account has. */
function ofWrangler(shell: Environment): Diagnostic[] {
  const api = shell["CLOUDFLARE_API_BASE_URL"] ?? "";
  if (!URL.canParse(api) || !["127.0.0.1", "localhost"].includes(new URL(api).hostname)) return [];
  return [
    {
      what: "This shell's token and account are those of the embedded Cloudflare, but a real account is asked for",
      where: "the environment variable CLOUDFLARE_API_BASE_URL",
      got: api,
      expected: "nothing: it is left over from `env -- --wrangler`",
      fix: "use another shell, or: unset CLOUDFLARE_API_BASE_URL CLOUDFLARE_API_TOKEN CLOUDFLARE_ACCOUNT_ID",
    },
  ];
}

function disagreements(shell: Environment, file: Environment, stage: Stage): Diagnostic[] {
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

function withoutToken(env: Environment, stage: Stage): Diagnostic[] {
  if ((env["CLOUDFLARE_API_TOKEN"] ?? "") !== "") return [];
  return [
    {
      what: "There is no API token for the real account",
      where: "CLOUDFLARE_API_TOKEN",
      got: "nothing",
      expected: "a token that may do what is asked for, and no more",
      fix: sentence`export CLOUDFLARE_API_TOKEN=<token>, or put it into .env.${stage.name} (git ignores it). ${command("token", { verb: "up" })} shows the token to make for an up, and the same with another verb the token for that`,
    },
  ];
}
