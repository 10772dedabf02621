import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { ownFolder } from "../../src/files/own-folder.ts";
import { putWhole, writeWhole } from "../../src/files/write-whole.ts";
import { sdkVersion } from "../command-provider/version.ts";
import type { Engine } from "../engine/ladder.mjs";
import { codeFile } from "../package-root.ts";
import { type Places, pulumiProjectName } from "../project.ts";
import { pulumiLauncher } from "./pulumi-launcher.ts";
import { shellQuote } from "./shell-quote.ts";

/**
 * Puts the engine to work for this clone: its own `pulumi` first on PATH and, where Pulumi's language host did not come with the engine, ours beside it.
 * The engine looks for its language host in its own real folder, so the executable is hard-linked (copied across file systems) into the clone.
 * @returns the executable that the launcher starts
 */
export function placeEngine(engine: Engine, places: Places): string {
  for (const folder of [places.bin, places.engine]) mkdirSync(folder, { recursive: true });
  for (const folder of [places.state, places.home]) ownFolder(folder);
  const executable = engine.officialLanguageHost
    ? engine.path
    : linkEngine(engine.path, join(places.engine, "pulumi"));
  if (!engine.officialLanguageHost) {
    writeScript(
      join(places.engine, "pulumi-language-nodejs"),
      nodeScript(places, [codeFile("toolchain/language-host/main", places.code)]),
    );
    writeScript(
      join(places.engine, "pulumi-resource-pulumi-nodejs"),
      nodeScript(places, [preload(places), dynamicProvider(places.root)]),
    );
  }
  const plugin = join(places.home, "plugins", `resource-command-v${sdkVersion()}`);
  mkdirSync(plugin, { recursive: true });
  writeScript(
    join(plugin, "pulumi-resource-command"),
    nodeScript(places, [codeFile("toolchain/command-provider/main", places.code)]),
  );
  writeScript(join(places.bin, "pulumi"), pulumiLauncher(places, executable, pulumiProjectName(places.root)));
  linkTools(places);
  return executable;
}

/** A hard link costs nothing and follows an engine that was built anew, because it is compared each time. */
function linkEngine(from: string, to: string): string {
  const [wanted, there] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
  if (
    there !== undefined &&
    (there.ino === wanted.ino || (there.size === wanted.size && there.mtimeMs === wanted.mtimeMs))
  )
    return to;
  putWhole(to, (draft) => {
    try {
      linkSync(from, draft);
    } catch {
      copy(from, draft);
    }
  });
  return to;
}

function copy(from: string, to: string): void {
  try {
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  } catch (error) {
    throw new UserError(
      {
        what: "The Pulumi engine cannot be put into this clone",
        where: to,
        got: error instanceof Error ? error.message : String(error),
        expected: `room for ${Math.ceil(statSync(from).size / 1e6)} MB, or a clone on the file system of ${from}, where it needs none`,
        fix: "make room, or clone to another place",
      },
      { cause: error },
    );
  }
}

const preload = (places: Places): string => `--require=${join(places.code, "toolchain", "preload.cjs")}`;

/** Of the SDK that the project's program loads; where the project has none of its own, of ours. */
function dynamicProvider(root: string): string {
  const script = "@pulumi/pulumi/cmd/dynamic-provider/index.js";
  try {
    return createRequire(join(root, "program.js")).resolve(script);
  } catch {
    return createRequire(import.meta.url).resolve(script);
  }
}

function nodeScript(places: Places, args: readonly string[]): string {
  const words = [places.node, ...args];
  return [
    "#!/bin/sh",
    `NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-"${shellInDoubleQuotes(places.compileCache)}"}"; export NODE_COMPILE_CACHE`,
    `exec ${words.map(shellQuote).join(" ")} "$@"`,
    "",
  ].join("\n");
}

const shellInDoubleQuotes = (text: string): string => text.replace(/["$`\\]/g, "\\$&");

/** The file changes in one step and only when it must: another process may be starting it right now. */
function writeScript(path: string, text: string): void {
  try {
    if (readFileSync(path, "utf8") === text) return;
  } catch {
    // Not there yet.
  }
  writeWhole(path, text, 0o755);
}

/** `node` (24) and `just` themselves, without the JavaScript wrappers of node_modules/.bin. */
export function linkTools(places: Places): void {
  link(places.node, join(places.bin, "node"));
  const just = justExecutable(places.root);
  if (just !== undefined) link(just, join(places.bin, "just"));
}

/** The `just` that npm installed for this machine; undefined where rust-just has none. */
export function justExecutable(root: string): string | undefined {
  try {
    const wrapper = realpathSync(join(root, "node_modules", "rust-just", "package.json"));
    const platform = process.platform === "win32" ? "windows" : process.platform;
    const manifest = createRequire(wrapper).resolve(`rust-just-${platform}-${process.arch}/package.json`);
    return join(dirname(manifest), "bin", "just");
  } catch {
    return undefined;
  }
}

function link(to: string, at: string): void {
  const there = statSync(at, { throwIfNoEntry: false });
  if (there !== undefined && there.ino === statSync(to).ino) return;
  putWhole(at, (draft) => symlinkSync(to, draft));
}
