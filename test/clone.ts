import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, type JsonReply } from "../cli/start/http.ts";
import { type Embedded, startEmbedded } from "../embedded/start.ts";
import { apply, embeddedVariables, ensureEngine } from "../toolchain/environment.ts";
import { type Ran, run } from "../toolchain/fixture/project.ts";
import { placeEngine } from "../toolchain/launchers/launchers.ts";
import { packageRoot } from "../toolchain/package-root.ts";
import { placesOf } from "../toolchain/project.ts";

/** The project in a folder of its own, with an engine, a state and an embedded Cloudflare of its own. */
export interface Clone {
  readonly folder: string;
  readonly embedded: Embedded;
  /** Runs `pulumi` as in a shell that `env` made; further variables are added. */
  readonly pulumi: (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
  /** Runs `just`, in the folder itself unless another is named. */
  readonly just: (args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string) => Promise<Ran>;
  /** One call of the embedded API in a stage's account; gives its result. */
  readonly api: (stage: string, method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Asks a worker through the front door. */
  readonly visit: (host: string, path: string, body?: unknown) => Promise<JsonReply>;
  readonly edit: (path: string, change: (text: string) => string) => void;
  readonly write: (path: string, text: string) => void;
  readonly append: (path: string, text: string) => void;
  readonly remove: () => Promise<void>;
}

const copied = [
  "Pulumi.dev.yaml",
  "Pulumi.prod.yaml",
  "Pulumi.staging.yaml",
  "Pulumi.yaml",
  "bin",
  "cli",
  "embedded",
  "entry",
  "index.ts",
  "justfile",
  "migrations",
  "package-lock.json",
  "package.json",
  "policy",
  "project.ts",
  "scripts",
  "src",
  "toolchain",
  "workers",
];

export async function clone(
  options: {
    /** Hears what the embedded Cloudflare says. */
    readonly log?: (line: string) => void;
    /** Changes the folder before anything is started in it. */
    readonly prepare?: (folder: string) => void | Promise<void>;
  } = {},
): Promise<Clone> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep clone "));
  for (const each of copied) cpSync(join(packageRoot, each), join(folder, each), { recursive: true });
  symlinkSync(join(packageRoot, "node_modules"), join(folder, "node_modules"));
  await options.prepare?.(folder);
  // The clone runs its own code, which tests edit.
  const places = { ...placesOf(folder), code: folder };
  const engine = await ensureEngine();
  const embedded = await startEmbedded({
    dataDir: places.embedded,
    providerPort: 0,
    providerFolder: folder,
    log: options.log ?? (() => undefined),
  });
  placeEngine(engine, places);
  const { api, token, accounts, front, pid, providerPort } = embedded;
  const connection = {
    api,
    token,
    accounts: [...accounts],
    front,
    pid,
    ...(providerPort !== undefined && { providerPort }),
  };
  const variables = {
    ...embeddedVariables(places, connection, process.env),
    NODE_COMPILE_CACHE: placesOf(packageRoot).compileCache,
  };
  const env = apply({ ...process.env, LOCKSTEP_PROVIDER: undefined }, variables);
  const execute = (
    command: string,
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
    cwd = folder,
  ): Promise<Ran> => run(command, args, cwd, { ...env, ...more });
  const account = (stage: string): string =>
    embedded.accounts.find(({ name }) => name === stage)?.id ?? stage;
  return {
    folder,
    embedded,
    pulumi: (args, more) => execute("pulumi", [...args, "--non-interactive", "--color=never"], more),
    just: (args, more, cwd) => execute("just", args, more, cwd),
    async api(stage, method, path, body) {
      const response = await fetch(`${embedded.api}/accounts/${account(stage)}${path}`, {
        method,
        headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
      return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
    },
    visit: (host, path, body) => ask({ host, port: embedded.frontPort }, path, { body }),
    edit: (path, change) =>
      writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8"))),
    write: (path, text) => writeFileSync(join(folder, path), text),
    append: (path, text) => appendFileSync(join(folder, path), text),
    async remove() {
      await embedded.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
