import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { ignoredBy } from "./assets-ignore.ts";
import type { Site } from "./bundle.ts";

const settingsFiles = ["_headers", "_redirects"];
const ignoreFile = ".assetsignore";
/** Copies of folders without the files that are not for the public. The path is part of the state, so it names no machine. */
const copies = ".lockstep/assets";

/**
 * What of a folder is uploaded. The provider uploads everything that it finds; where something in the folder is not to be
 * served, it is given a copy without that.
 *
 * @param isServed of a path in the folder: whether it is for the public, as far as the folder itself does not say
 */
export function siteOf(
  directory: string,
  root: string,
  isServed: (path: string) => boolean = () => true,
): Site {
  const folder = join(root, directory);
  const modules = settingsFiles
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => ({ name, contentType: "text/plain", contentFile: `${directory}/${name}` }));
  const hasAll =
    modules.length === 0 && !existsSync(join(folder, ignoreFile)) && filesIn(folder).every(isServed);
  if (hasAll) return { directory, modules };
  const copy = `${copies}/${directory.replaceAll("/", "+")}`;
  mirror(folder, join(root, copy), served(folder).filter(isServed));
  return { directory: copy, modules };
}

/** The files of a folder that anybody may ask for, from the folder. */
function served(folder: string): readonly string[] {
  const path = join(folder, ignoreFile);
  const ignored = ignoredBy(existsSync(path) ? readFileSync(path, "utf8") : "");
  const kept = [...settingsFiles, ignoreFile];
  return filesIn(folder).filter((name) => !kept.includes(name) && !ignored(name));
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));

/** Makes the copy hold exactly these files. Another run may be at it, to the same end: what is right already is not touched. */
function mirror(from: string, to: string, names: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  const wanted = new Set(names);
  for (const name of filesIn(to)) if (!wanted.has(name)) rmSync(join(to, name), { force: true });
  for (const name of names) {
    const [bytes, target] = [readFileSync(join(from, name)), join(to, name)];
    const there = statSync(target, { throwIfNoEntry: false });
    if (there?.isFile() === true && there.size === bytes.length && readFileSync(target).equals(bytes))
      continue;
    if (there?.isDirectory() === true) rmSync(target, { recursive: true });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}
