import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { writeWhole } from "../files/write-whole.ts";
import { ownModule } from "../package/own-module.ts";
import { type Bundle, digestOf } from "./bundle.ts";

const remembered = z.object({
  inputs: z.record(z.string(), z.string()),
  bundle: z.object({
    digest: z.string(),
    mainModule: z.string(),
    modules: z.array(z.object({ name: z.string(), contentType: z.string(), contentFile: z.string() })),
  }),
});

/** Files that change what a bundle is made of without being in it. */
const ground = ["package-lock.json", ownModule(import.meta, "./build")];

/** The bundle of a worker; esbuild is not even loaded when nothing it was made from has changed. */
export async function cachedBundle(main: string, root: string): Promise<Bundle> {
  const path = join(root, ".lockstep/bundles/made", `${main.replaceAll("/", "+")}.json`);
  const known = recall(path, root);
  if (known !== undefined) return known;
  const { bundle: build } = await import("./build.ts");
  const built = await build(main, root);
  const inputs = Object.fromEntries(
    [...built.inputs, ...ground].map((file) => [file, checksum(resolve(root, file))]),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, JSON.stringify({ inputs, bundle: built.bundle }));
  return built.bundle;
}

function recall(path: string, root: string): Bundle | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = remembered.safeParse(json(readFileSync(path, "utf8")));
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

const checksum = (path: string): string =>
  existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "missing";

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
