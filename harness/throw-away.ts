import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { logInternalErrors } from "../embedded/internal-errors.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "../embedded/start.ts";
import { embeddedAccounts } from "../src/project/load.ts";
import { ensureEngine } from "../toolchain/engine/ladder.mjs";
import { apply, embeddedVariables } from "../toolchain/environment.ts";
import { placeEngine } from "../toolchain/launchers/launchers.ts";
import { codeFile } from "../toolchain/package-root.ts";
import { type Places, placesOf } from "../toolchain/project.ts";
import { type Ran, run } from "./run.ts";

/** A project in a folder of its own, with an engine, a state and an embedded Cloudflare of its own. */
export interface ThrowAway {
  readonly folder: string;
  readonly embedded: Embedded;
  /** Runs a program as in a shell that `lockstep env` made; further variables are added. */
  readonly run: (
    program: string,
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
    cwd?: string,
  ) => Promise<Ran>;
  /** Stops the embedded Cloudflare and removes the folder. */
  readonly remove: () => Promise<void>;
}

/** What one needs no copy of, or must not have one of: packages are linked, state and history stay where they are. */
const notCopied = ["node_modules", ".lockstep", ".git", ".wrangler", "backups"];

export interface ThrowAwayOptions {
  /** The project that is copied. */
  readonly root: string;
  /** Only these files and folders of it. @default everything but packages, state and history */
  readonly parts?: readonly string[];
  /** Changes the folder before anything is started in it. */
  readonly prepare?: (folder: string) => void | Promise<void>;
  /** Hears of each permission that a call of the embedded API asked for. @default nobody */
  readonly asked?: EmbeddedOptions["asked"];
  /** Hears what the embedded Cloudflare says. @default of what goes wrong inside alone, standard error */
  readonly log?: (line: string) => void;
  /** The packages that it has. @default those of the project */
  readonly modules?: string;
  /** Where the library's code lies, for its own tests. @default where this runs from */
  readonly code?: (folder: string) => string;
}

/** Copies a project into a temporary folder and starts an embedded Cloudflare for it there. */
export async function throwAway(options: ThrowAwayOptions): Promise<ThrowAway> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep test "));
  let embedded: Embedded | undefined;
  const remove = async (): Promise<void> => {
    await embedded?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    copy(options, folder);
    await options.prepare?.(folder);
    const places = { ...placesOf(folder), ...(options.code && { code: options.code(folder) }) };
    const engine = await ensureEngine();
    const accounts = await embeddedAccounts(folder);
    embedded = await startEmbedded({
      dataDir: places.embedded,
      providerPort: 0,
      providerFolder: folder,
      ...(accounts !== undefined && { accounts }),
      ...(options.asked !== undefined && { asked: options.asked }),
      log: options.log ?? logInternalErrors,
    });
    // By this name the `pulumi` launcher knows that it runs, and starts no process before every command to find out.
    process.title = codeFile("embedded/main");
    placeEngine(engine, places);
    const env = environment(places, embedded, options.root);
    return {
      folder,
      embedded,
      // npm's word for where it was called would lead paths of commands out of the copy.
      run: (program, args, more = {}, cwd = folder) =>
        run(program, args, cwd, { ...env, INIT_CWD: cwd, ...more }),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function copy({ root, parts, modules = join(root, "node_modules") }: ThrowAwayOptions, folder: string): void {
  if (parts === undefined)
    cpSync(root, folder, { recursive: true, filter: (path) => !notCopied.includes(basename(path)) });
  else for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(modules, join(folder, "node_modules"));
}

function environment(places: Places, embedded: Embedded, root: string): NodeJS.ProcessEnv {
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
    // Kept from one test to the next.
    NODE_COMPILE_CACHE: placesOf(root).compileCache,
  };
  return apply({ ...process.env, LOCKSTEP_PROVIDER: undefined }, variables);
}
