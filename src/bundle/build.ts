import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { type BuildResult, build, type Message, type OutputFile } from "esbuild";
import { type Diagnostic, refuse, UserError } from "../diagnostic/user-error.ts";
import { makeWholeFolder } from "../files/write-whole.ts";
import { type Bundle, bundlesFolder, digestOf, type Module, type Source } from "./bundle.ts";
import { type Compiled, compilePages, type PagesFolders } from "./pages/compile.ts";
import { pagesEntry, pagesModules } from "./pages/modules.ts";
import { workerFirst } from "./pages/rules.ts";
import { wasmModule } from "./wasm-module.ts";

/** A bundle, and the files it was made from, relative to the project's root; a folder stands for the names in it. */
export interface Built {
  readonly bundle: Bundle;
  readonly inputs: readonly string[];
}

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "application/javascript+module",
  ".wasm": "application/wasm",
  ".bin": "application/octet-stream",
};

/**
 * Bundles one worker with esbuild: everything the entry imports, but what the runtime has built in. Bytes depend on the
 * sources alone, never on the path of the clone: esbuild is given paths from the root and no tsconfig.
 */
export async function bundle(source: Source, root: string): Promise<Built> {
  const pages = source.pages === undefined ? undefined : await compiled(source.pages, root);
  const out = join(root, bundlesFolder, "out");
  const result = await build({
    absWorkingDir: root,
    entryPoints: { index: source.main ?? pagesEntry },
    plugins: [wasmModule, ...(pages === undefined ? [] : [pagesModules(pages.entry, root)])],
    outdir: out,
    write: false,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2024",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "module", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".html": "text", ".txt": "text", ".sql": "text", ".wasm": "copy", ".bin": "copy" },
    assetNames: "[name]-[hash]",
    sourcemap: "external",
    sourcesContent: false,
    tsconfigRaw: {},
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
  }).catch((error: unknown) => {
    throw messagesOf(error) ?? error;
  });
  const inputs = Object.keys(result.metafile.inputs).filter((input) => !input.startsWith("lockstep:"));
  refuse(pages?.checkBundle(inputs) ?? []);
  const modules = result.outputFiles
    .map((file) => ({ file, name: relative(out, file.path) }))
    .filter(({ name }) => extname(name) !== ".map")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const digest = digestOf(modules.map(({ name, file }) => ({ name, contents: file.contents })));
  const map = result.outputFiles
    .filter((file) => extname(file.path) === ".map")
    .map((file) => ({ file, name: relative(out, file.path) }));
  keep(root, digest, [...modules, ...map]);
  return {
    bundle: {
      digest,
      mainModule: "index.js",
      modules: modules.map(({ name }) => moduleOf(name, digest)),
      ...exportsOf(result),
      ...(pages !== undefined && { workerFirst: workerFirst(pages.rules) }),
    },
    inputs: [...new Set([...inputs, ...(pages?.grounds ?? [])])].sort(),
  };
}

/** What the entry exports, where esbuild can tell: of `export * from "cloudflare:…"` the runtime alone knows the names. */
function exportsOf({
  metafile,
  outputFiles,
}: BuildResult<{ write: false; metafile: true }>): Pick<Bundle, "exports"> {
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined);
  const main = outputFiles.find(({ path }) => path.endsWith("index.js"));
  if (entry === undefined || /^export \* from /m.test(main?.text ?? "")) return {};
  return { exports: entry[1].exports };
}

/** Compiling a function file may fail as bundling may. */
const compiled = (pages: PagesFolders, root: string): Promise<Compiled> =>
  compilePages(pages, root).catch((error: unknown) => {
    throw messagesOf(error) ?? error;
  });

interface Named {
  readonly name: string;
  readonly file: OutputFile;
}

const moduleOf = (name: string, digest: string): Module => ({
  name,
  contentType: contentTypes[extname(name)] ?? "application/octet-stream",
  contentFile: `${bundlesFolder}/${digest}/${name}`,
});

/** A folder appears whole or not at all: another run may be writing the same one, and a damaged one is put right. */
function keep(root: string, digest: string, files: readonly Named[]): void {
  const folder = join(root, bundlesFolder, digest);
  const same = (name: string, bytes: Uint8Array): boolean =>
    existsSync(join(folder, name)) && readFileSync(join(folder, name)).equals(bytes);
  if (files.every(({ name, file }) => same(name, file.contents))) return;
  mkdirSync(join(root, bundlesFolder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  // Of two runs either may be first: the name says that the content is the same.
  makeWholeFolder(folder, (draft) => {
    mkdirSync(draft);
    for (const { name, file } of files) writeFileSync(join(draft, name), file.contents);
  });
}

function messagesOf(error: unknown): UserError | undefined {
  if (!(error instanceof Error && "errors" in error && Array.isArray(error.errors))) return undefined;
  const messages: Message[] = error.errors;
  const [first, ...others] = messages.map(diagnosticOf);
  return first === undefined ? undefined : new UserError(first, { others });
}

function diagnosticOf({ text, location }: Message): Diagnostic {
  const missing = /^Could not resolve "(.*)"$/.exec(text)?.[1];
  const where = location === null ? "the worker's entry point" : `${location.file}:${location.line}`;
  if (missing === undefined) {
    return {
      what: "Worker code that does not compile",
      where,
      got: `${text}: ${location?.lineText.trim() ?? ""}`,
      expected: "valid TypeScript or JavaScript",
      fix: "correct the line",
    };
  }
  return {
    what: `Module not found: ${missing}`,
    where,
    got: location === null ? missing : location.lineText.trim(),
    expected:
      "a file that exists, a package in node_modules, or a module of the runtime (node:*, cloudflare:*)",
    fix: missing.startsWith(".")
      ? "correct the path; relative imports carry their extension"
      : `npm install ${missing}, or correct the name`,
  };
}
