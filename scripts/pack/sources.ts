import { globSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { z } from "zod";

export const root = dirname(dirname(import.meta.dirname));

/** What is published is what this configuration of the compiler includes. */
export const buildConfig = "tsconfig.build.json";

/** JavaScript of this extension runs in workerd; for Node there are `.ts`, `.mjs` and `.cjs`. The compiler leaves it out, and it is copied as it is. */
const forWorkerd = "**/*.js";

export interface Sources {
  /** TypeScript, and JavaScript for Node: paths from the repository's root. */
  readonly compiled: readonly string[];
  /** Data, shell scripts, code for workerd, hand-written declarations. */
  readonly copied: readonly string[];
  /** Published from where it lies, not from `dist`: what has to be the same file here and in the package. */
  readonly entries: readonly string[];
}

const { files: publishedFolders } = z
  .object({ files: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** The files that the package is made of. */
export function publishedSources(): Sources {
  const { include, exclude } = z
    .object({ include: z.array(z.string()), exclude: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(root, buildConfig), "utf8")));
  const files = filesIn(
    include,
    exclude.filter((pattern) => pattern !== forWorkerd),
  );
  return {
    compiled: files.filter(isCompiled),
    copied: files.filter((file) => !isCompiled(file)),
    entries: filesIn(
      publishedFolders.filter((folder) => folder !== "dist"),
      [],
    ),
  };
}

const filesIn = (folders: readonly string[], exclude: readonly string[]): readonly string[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*`),
    { cwd: root, exclude, withFileTypes: true },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

const isCompiled = (file: string): boolean =>
  [".ts", ".mjs", ".cjs"].includes(extname(file)) && !file.endsWith(".d.ts");
