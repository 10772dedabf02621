// `just doctor`: what was found on this machine, where, which version, and what is missing. Changes nothing.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { unplaced } from "../src/diagnostic/place.ts";
import { embeddedShell, inPlace, sentence } from "../src/diagnostic/sentence.ts";
import { goVersion } from "./engine/go.mjs";
import { findEngine } from "./engine/ladder.mjs";
import { allOnPath } from "./engine/on-path.mjs";
import { cacheFolder, oldestUsable } from "./engine/wanted.mjs";
import { installState } from "./install/install.mjs";
import { justExecutable } from "./launchers/launchers.ts";
import { codeRoot, packageRoot } from "./package-root.ts";
import { carriedNode, placesOf } from "./project.ts";
import { table } from "./table.ts";

const execute = promisify(execFile);

/** One thing that was looked for. */
export interface Finding {
  readonly tool: string;
  /** "ok", "missing" (something to do), or "absent" (not there, and not needed). */
  readonly state: "ok" | "missing" | "absent";
  readonly version: string;
  readonly where: string;
  /** What to do, or what it is for. */
  readonly note: string;
}

async function findings(root: string): Promise<Finding[]> {
  const places = placesOf(root);
  return [
    await tool("Node 24", root === packageRoot ? carriedNode(root) : places.node, ["--version"], "npm ci"),
    needless(
      root,
      await tool("just", justExecutable(root), ["--version"], "npm ci"),
      "runs the justfile; without it every recipe is a verb of the package too",
    ),
    ...packages(root),
    ...(await engine()),
    await go(),
    packageVersion(root, "Pulumi SDK", "@pulumi/pulumi"),
    await tool("workerd", join(root, "node_modules", "workerd", "bin", "workerd"), ["--version"], "npm ci"),
    needless(root, packageVersion(root, "wrangler", "wrangler"), "nothing here needs it"),
    await embedded(root),
    shell(root),
  ];
}

/** What this repository's own recipes and tests need, and a project of somebody's does without. */
const needless = (root: string, finding: Finding, note: string): Finding =>
  root !== packageRoot && finding.state === "missing" ? { ...finding, state: "absent", note } : finding;

async function tool(name: string, path: string | undefined, args: string[], fix: string): Promise<Finding> {
  if (path === undefined || !existsSync(path))
    return { tool: name, state: "missing", version: "", where: path ?? "", note: fix };
  try {
    const { stdout } = await execute(path, args, { timeout: 15_000, killSignal: "SIGKILL" });
    return {
      tool: name,
      state: "ok",
      version: stdout.trim().replace(/^(v|just |workerd )/, ""),
      where: path,
      note: "",
    };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { tool: name, state: "missing", version: "", where: path, note: `does not run (${why}): ${fix}` };
  }
}

/** Only this repository installs its packages by itself; elsewhere they are npm's business. */
function packages(root: string): Finding[] {
  if (root !== packageRoot) return [];
  const state = installState(root);
  const where = join(root, "node_modules");
  if (state === "installed")
    return [{ tool: "packages", state: "ok", version: "", where, note: "as the lockfile says" }];
  return [
    {
      tool: "packages",
      state: "missing",
      version: "",
      where,
      note: `${state}: npm start or npm test installs them`,
    },
  ];
}

async function engine(): Promise<Finding[]> {
  const found = await findEngine();
  const passedOver = found.passedOver.map(
    (reason): Finding => ({
      tool: "pulumi",
      state: "absent",
      version: "",
      where: "PATH",
      note: `not used: ${reason}`,
    }),
  );
  if (found.engine === undefined) {
    const note = `none ≥ ${oldestUsable}; npm start downloads or builds one (minutes, once)`;
    return [
      ...passedOver,
      { tool: "Pulumi engine", state: "missing", version: "", where: cacheFolder(process.env), note },
    ];
  }
  const { path, version, source, officialLanguageHost } = found.engine;
  const came = { path: "found on PATH", download: "the official download", build: "built from Go modules" }[
    source
  ];
  const host: Finding = officialLanguageHost
    ? { tool: "language host", state: "ok", version, where: dirname(path), note: "Pulumi's own" }
    : {
        tool: "language host",
        state: "ok",
        version: "",
        where: join(codeRoot, "toolchain", "language-host"),
        note: "this project's",
      };
  return [...passedOver, { tool: "Pulumi engine", state: "ok", version, where: path, note: came }, host];
}

async function go(): Promise<Finding> {
  const path = allOnPath("go", process.env)[0];
  const note = "only to build the engine where it cannot be downloaded";
  if (path === undefined) return { tool: "Go", state: "absent", version: "", where: "", note };
  return { tool: "Go", state: "ok", version: (await goVersion(path, process.env)) ?? "?", where: path, note };
}

function packageVersion(root: string, name: string, module: string): Finding {
  const where = join(root, "node_modules", module);
  try {
    const { version }: { version: string } = JSON.parse(readFileSync(join(where, "package.json"), "utf8"));
    return { tool: name, state: "ok", version, where, note: "" };
  } catch {
    return { tool: name, state: "missing", version: "", where, note: "npm ci" };
  }
}

async function embedded(root: string): Promise<Finding> {
  const places = placesOf(root);
  const found = { tool: "embedded Cloudflare", version: "" };
  let code: typeof import("./embedded/embedded.ts");
  try {
    // Only here: it needs packages, and they may be what is missing.
    code = await import("./embedded/embedded.ts");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...found, state: "missing", where: places.embedded, note: `cannot be looked at: ${why}` };
  }
  const running = await code.runningEmbedded(places);
  if (running !== undefined)
    return { ...found, state: "ok", where: running.api, note: `process ${running.pid}` };
  if (code.isTaken(places.embedded)) {
    const note = "a process has this folder and does not answer: its number is in lock.pid, its words in log";
    return { ...found, state: "missing", where: places.embedded, note };
  }
  return {
    ...found,
    state: "absent",
    where: places.embedded,
    note: "not running; env and npm start start it",
  };
}

function shell(root: string): Finding {
  const backend = process.env.PULUMI_BACKEND_URL;
  const here = backend?.endsWith("/.lockstep/state") === true;
  const note = here
    ? "pulumi works on the embedded target"
    : inPlace(sentence`${embeddedShell} makes pulumi work on the embedded target`, unplaced(root));
  return {
    tool: "this shell",
    state: here ? "ok" : "absent",
    version: "",
    where: backend ?? "(no PULUMI_BACKEND_URL)",
    note,
  };
}

/** @param place the project's folder; without one this machine is looked at from the library's own */
export async function run(
  args: readonly string[],
  place: { readonly root: string | undefined },
): Promise<number> {
  const found = await findings(place.root ?? packageRoot);
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    const mark = { ok: "✓", missing: "✗", absent: "·" };
    process.stdout.write(
      `${table(
        ["", "tool", "version", "where", "note"],
        found.map((f) => [mark[f.state], f.tool, f.version, f.where, f.note]),
      )}\n`,
    );
  }
  return found.some(({ state }) => state === "missing") ? 1 : 0;
}

// In this repository also without any package, which the verb needs.
if (import.meta.main) process.exitCode = await run(process.argv.slice(2), { root: undefined });
