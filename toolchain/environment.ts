import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type EmbeddedConnection, ensureEmbedded } from "./embedded/embedded.ts";
import { type Engine, ensureEngine } from "./engine/ladder.mjs";
import { placeEngine } from "./launchers/launchers.ts";
import { stateUrlOf } from "./launchers/pulumi-launcher.ts";
import { csvQuote } from "./launchers/shell-quote.ts";
import { packageRoot } from "./package-root.ts";
import { type Places, placesOf } from "./project.ts";

export { ensureEmbedded } from "./embedded/embedded.ts";
export { ensureEngine } from "./engine/ladder.mjs";

/** The passphrase of embedded stacks. It protects nothing: their state never leaves this machine and holds no real secret. */
const embeddedPassphrase = "embedded";

/** How a team's own backend may keep its state: another file than the one that the `pulumi` launcher looks for. */
const stateForms = ["GZIP", "ZSTD", "LEGACY_LAYOUT"].flatMap((form) => [
  `PULUMI_DIY_BACKEND_${form}`,
  `PULUMI_SELF_MANAGED_STATE_${form}`,
]);

/** The folder of the policy pack that stages may insist on. */
export const policyPackOf = ({ code }: Places): string => join(code, "policy");

/** A shell's variables; undefined means "unset it". */
export type Variables = Readonly<Record<string, string | undefined>>;

/** PATH with the project's tools first, without an earlier copy of them and without what `npm run` puts in front for its own script. */
export function pathWith(folders: readonly string[], path: string | undefined): string {
  const byNpm = (folder: string): boolean =>
    folder.endsWith(join("@npmcli", "run-script", "lib", "node-gyp-bin")) ||
    (folder.endsWith(join("node_modules", ".bin")) && packageRoot.startsWith(dirname(dirname(folder))));
  const rest = (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folders.includes(folder) && !byNpm(folder));
  return [...folders, ...rest].join(delimiter);
}

/** What makes plain `pulumi`, `just`, `node` and `wrangler` work on the embedded target, on top of `base`. */
export function embeddedVariables(
  places: Places,
  connection: EmbeddedConnection,
  base: NodeJS.ProcessEnv,
): Variables {
  return {
    PATH: pathWith([places.bin, join(places.root, "node_modules", ".bin")], base.PATH),
    NODE_COMPILE_CACHE: places.compileCache,
    PULUMI_BACKEND_URL: stateUrlOf(places),
    PULUMI_CONFIG_PASSPHRASE: embeddedPassphrase,
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    PULUMI_HOME: places.home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine logs 200 kB a run by itself, and keeps 500 MB of that.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "20",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: base.LOCKSTEP_PROVIDER === "official" ? undefined : "true",
    PULUMI_DEBUG_PROVIDERS:
      base.LOCKSTEP_PROVIDER === "official" || connection.providerPort === undefined
        ? undefined
        : `cloudflare:${connection.providerPort}`,
    // The launcher names each stage's own file.
    PULUMI_OPTION_CONFIG_FILE: undefined,
    PULUMI_OPTION_POLICY_PACK: csvQuote(policyPackOf(places)),
    LOCKSTEP_PROJECT: places.root,
    ...Object.fromEntries(stateForms.map((name) => [name, undefined])),
    PULUMI_OPTION_GENERATE_CODE: "false",
    PULUMI_OPTION_SKIP_PREVIEW: undefined,
  };
}

/** What makes real wrangler, in any project, speak to the embedded Cloudflare, as one of its accounts. */
export function wranglerVariables(
  places: Places,
  connection: EmbeddedConnection,
  base: NodeJS.ProcessEnv,
  accountName: string,
): Variables {
  const account = connection.accounts.find(({ name }) => name === accountName) ?? connection.accounts[0];
  return {
    PATH: pathWith([places.bin], base.PATH),
    CLOUDFLARE_API_BASE_URL: connection.api,
    CLOUDFLARE_API_TOKEN: connection.token,
    CLOUDFLARE_ACCOUNT_ID: account?.id,
    CLOUDFLARE_API_KEY: undefined,
    CLOUDFLARE_EMAIL: undefined,
    CLOUDFLARE_ENV: undefined,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
  };
}

export interface ProjectEnvironment {
  readonly places: Places;
  readonly engine: Engine;
  readonly connection: EmbeddedConnection;
  /** The whole environment for a child process. */
  readonly env: NodeJS.ProcessEnv;
}

/** Everything a script needs to run `pulumi` on the embedded target: engine found or made, process running, variables set. */
export async function projectEnvironment(base: NodeJS.ProcessEnv, root: string): Promise<ProjectEnvironment> {
  const places = placesOf(root);
  mkdirSync(join(root, ".lockstep"), { recursive: true });
  const [engine, connection] = await Promise.all([ensureEngine(base), ensureEmbedded(places)]);
  placeEngine(engine, places);
  return { places, engine, connection, env: apply(base, embeddedVariables(places, connection, base)) };
}

/** `base` with the variables set and unset. */
export function apply(base: NodeJS.ProcessEnv, variables: Variables): NodeJS.ProcessEnv {
  const env = { ...base };
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}
