// `lockstep init`: makes a folder a Lockstep project. Asks nothing, overwrites nothing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { packageRoot } from "../../toolchain/package-root.ts";
import type { Place } from "../place.ts";
import { chainFirstMigration, filesOf, ignored } from "./files.ts";
import { amended } from "./manifest.ts";

/** Whole modules of the worker's runtime: none that the bundled one does not know. */
const compatibilityDate = "2026-06-01";

export async function run(args: readonly string[], { folder }: Place): Promise<number> {
  const unknown = args.find((arg) => arg !== "--no-install");
  if (unknown !== undefined)
    throw new UserError({
      what: "`init` does not know this option",
      where: "lockstep init",
      got: unknown,
      expected: "--no-install, or nothing",
      fix: sentence`${command("init")}`,
    });
  const name = nameOf(folder);
  const files = filesOf({ name, date: compatibilityDate });
  refuseOverwriting(folder, Object.keys(files));
  const manifest = amended(textOf(join(folder, "package.json")), name, dependencies(), devDependencies());

  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const chain = chainFirstMigration(folder);
  writeFileSync(join(folder, "package.json"), manifest.text);
  const ignoring = ignore(folder);

  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say("Written:");
  for (const path of [...Object.keys(files), chain]) say(`  ${path}`);
  if (manifest.added.length > 0) say(`  package.json: ${manifest.added.join(", ")}`);
  if (ignoring.length > 0) say(`  .gitignore: ${ignoring.join(" ")}`);
  for (const script of manifest.left) say(`Left as it is: ${script} of package.json`);
  const isInstalled = args.includes("--no-install") || installed(folder);
  say("\nNext:");
  if (!isInstalled || args.includes("--no-install"))
    say("  npm install   # the packages that package.json names now");
  say("  npm start     # brings dev up on the embedded Cloudflare and shows it answering");
  say("  npm test      # deploys it to a throw-away one and asks it");
  return isInstalled ? 0 : 1;
}

/** Pulumi's projects: letters, digits, dashes, underscores and dots. */
function nameOf(folder: string): string {
  const own = /"name"\s*:\s*"(?:@[^/"]+\/)?([^"]+)"/.exec(textOf(join(folder, "package.json")) ?? "")?.[1];
  const name = (own ?? basename(folder))
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[-._]+|[-._]+$/g, "");
  return name === "" ? "project" : name;
}

function refuseOverwriting(folder: string, paths: readonly string[]): void {
  const there = paths.filter((path) => existsSync(join(folder, path)));
  if (there.length === 0) return;
  throw new UserError({
    what: "Files that init would write are there already; nothing was written",
    where: folder,
    got: there.join(", "),
    expected: "none of these files",
    fix: there.includes("project.ts")
      ? sentence`this is a Lockstep project already: ${command("start")}`
      : "move them away, or make the project in a folder of its own and take over what you need",
  });
}

/** Appends what .gitignore lacks; gives the lines. */
function ignore(folder: string): readonly string[] {
  const path = join(folder, ".gitignore");
  const before = textOf(path) ?? "";
  const lines = before.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ""));
  const missing = ignored.filter((line) => !lines.includes(line) && !lines.includes(line.replace(/\/$/, "")));
  if (missing.length === 0) return missing;
  writeFileSync(
    path,
    `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`,
  );
  return missing;
}

/** This package itself, unless the project names it already: at the version that runs. */
const dependencies = (): Readonly<Record<string, string>> => ({ lockstep: ownManifest().version });

/** What the written files need, in the versions that this release was tried with. */
function devDependencies(): Readonly<Record<string, string>> {
  const { dependencies, devDependencies: ownDev } = ownManifest();
  const own = { ...dependencies, ...ownDev };
  // A machine with an older Node has the project carry a newer one.
  const names = [...needed, ...(isNodeNewEnough() ? [] : ["node"])];
  return Object.fromEntries(names.map((name) => [name, own[name] ?? "*"]));
}

const needed = ["@cloudflare/workers-types", "@types/node", "typescript", "vitest"];

/** Whether the machine's own Node will do: one that npm brought is there because it does not. */
function isNodeNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isCarried = process.execPath.includes(join("node_modules", "node", "bin"));
  return !isCarried && (major > 24 || (major === 24 && minor >= 12));
}

interface OwnManifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function ownManifest(): OwnManifest {
  const own: OwnManifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return own;
}

/** `npm install` in the folder, shown as it runs. */
function installed(folder: string): boolean {
  process.stdout.write("\nnpm install\n");
  const done = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
  if (done.status === 0) return true;
  process.stderr.write("npm install failed: the files are written; mend what it names and run it again\n");
  return false;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
