import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { parsedJson } from "../files/json.ts";
import { writeWhole } from "../files/write-whole.ts";
import { ownModule } from "../package/own-module.ts";
import { type Bundle, digestOf, type Source } from "./bundle.ts";
import { filesBelow } from "./pages/files.ts";

const remembered = z.object({
  inputs: z.record(z.string(), z.string()),
  bundle: z.object({
    digest: z.string(),
    mainModule: z.string(),
    modules: z.array(z.object({ name: z.string(), contentType: z.string(), contentFile: z.string() })),
    exports: z.array(z.string()).exactOptional(),
    workerFirst: z.union([z.literal(true), z.array(z.string())]).exactOptional(),
  }),
});

/** Files that change what a bundle is made of without being in it. */
const ground = [
  "package-lock.json",
  ...[
    "./build",
    "./wasm-module",
    "./pages/entry",
    "./pages/pattern",
    "./pages/router",
    "./pages/routes",
    "./pages/rules",
  ].map((module) => ownModule(import.meta, module)),
];

/** The bundle of a worker; esbuild is not even loaded when nothing it was made from has changed. */
export async function cachedBundle(source: Source, root: string): Promise<Bundle> {
  const path = join(root, ".lockstep/bundles/made", `${nameOf(source)}.json`);
  const known = recall(path, root);
  if (known !== undefined) return known;
  const { bundle: build } = await import("./build.ts");
  const built = await build(source, root);
  const inputs = Object.fromEntries(
    [...built.inputs, ...ground].map((file) => [file, checksum(resolve(root, file))]),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, JSON.stringify({ inputs, bundle: built.bundle }));
  return built.bundle;
}

const nameOf = (source: Source): string =>
  source.pages === undefined
    ? source.main.replaceAll("/", "+")
    : [source.pages.functions, source.pages.output, source.pages.handlers ?? ""]
        .join("++")
        .replaceAll("/", "+");

function recall(path: string, root: string): Bundle | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = remembered.safeParse(parsedJson(readFileSync(path, "utf8")));
  if (!parsed.success) return undefined;
  const { inputs, bundle } = parsed.data;
  const same = Object.entries(inputs).every(([file, sum]) => checksum(resolve(root, file)) === sum);
  return same && isWhole(bundle, root) ? bundle : undefined;
}

/** What lies at the paths that are uploaded is what the digest says. */
function isWhole({ digest, modules }: Bundle, root: string): boolean {
  if (!modules.every(({ contentFile }) => existsSync(join(root, contentFile)))) return false;
  const found = modules.map(({ name, contentFile }) => ({
    name,
    contents: readFileSync(join(root, contentFile)),
  }));
  return digestOf(found) === digest;
}

/** Of a folder the names of what is in it: a file more or less may be a route. */
function checksum(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "missing";
  const contents = found.isDirectory() ? filesBelow(path).join("\n") : readFileSync(path);
  return createHash("sha256").update(contents).digest("hex");
}
