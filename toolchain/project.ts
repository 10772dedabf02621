import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { codeRoot } from "./package-root.ts";

/** Where a project keeps what is its own and never committed. */
export interface Places {
  readonly root: string;
  /** Where the library's code lies: its repository, or `dist` of the package that is installed. */
  readonly code: string;
  /** First on PATH: the `pulumi` launcher. */
  readonly bin: string;
  /** The engine's executable with our language host beside it. */
  readonly engine: string;
  /** Pulumi's state on the embedded target. */
  readonly state: string;
  /** Pulumi's home on the embedded target: its plugins and the selected stack. */
  readonly home: string;
  /** One generated configuration file a stage. */
  readonly config: string;
  /** An empty project of the same name: `pulumi stack init` in it cannot touch the team's stack files. */
  readonly throwAway: string;
  /** The embedded Cloudflare's data, with its connection.json. */
  readonly embedded: string;
  readonly compileCache: string;
  /** Node's executable: the one that npm installed for the project, else the one that runs this. */
  readonly node: string;
}

export function placesOf(root: string): Places {
  const own = join(root, ".lockstep");
  return {
    root,
    code: codeRoot,
    bin: join(own, "bin"),
    engine: join(own, "engine"),
    state: join(own, "state"),
    home: join(own, "pulumi-home"),
    config: join(own, "config"),
    throwAway: join(own, "throw-away"),
    embedded: join(own, "embedded"),
    compileCache: join(own, "compile-cache"),
    node: nodeOf(root),
  };
}

/** The Node of the npm package `node`, where the project has it. */
export const carriedNode = (root: string): string => join(root, "node_modules", "node", "bin", "node");

function nodeOf(root: string): string {
  const own = carriedNode(root);
  return existsSync(own) ? own : process.execPath;
}

/** `name:` of Pulumi.yaml; "lockstep" in a clone without one. */
export function pulumiProjectName(root: string): string {
  try {
    const text = readFileSync(join(root, "Pulumi.yaml"), "utf8");
    return /^name:\s*["']?([\w.-]+)["']?\s*(#.*)?$/m.exec(text)?.[1] ?? "lockstep";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "lockstep";
    throw error;
  }
}
