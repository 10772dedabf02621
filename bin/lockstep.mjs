#!/usr/bin/env node
// @ts-check
// The command of the package and of this repository: sees to a Node that is new enough, then runs cli/main.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const oldest = /** @type {const} */ ([24, 12]);
const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} version as in process.versions.node */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** The nearest folder of which something holds, from here upwards. @param {(folder: string) => boolean} holds */
function nearest(holds) {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (holds(folder)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** @param {string} folder */
const nodeIn = (folder) => join(folder, "node_modules", "node", "bin", "node");

/** The project's own Node (the npm package `node`), from here upwards; undefined where there is none. */
function carriedNode() {
  const folder = nearest((each) => existsSync(nodeIn(each)));
  return folder === undefined ? undefined : nodeIn(folder);
}

/** @param {string} folder */
const isProject = (folder) => ["project.ts", "Pulumi.yaml"].every((name) => existsSync(join(folder, name)));

/** What to do about an older Node: before there is a project, `init` sees to both. */
function remedy() {
  if (nearest(isProject) !== undefined)
    return "Install it from https://nodejs.org, or let the project carry it: npm install --save-dev node@24\n";
  return (
    "This is no Lockstep project either: no project.ts beside a Pulumi.yaml, here or in a folder above.\n" +
    "npx lockstep init makes one here, and has it carry a Node that is new enough; or install one from https://nodejs.org first\n"
  );
}

/** A new project on a machine with an older Node carries its own: `init` has npm fetch it. Undefined when npm could not. */
function fetchedNode() {
  const { devDependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  const wanted = `node@${devDependencies.node}`;
  process.stderr.write(
    `Node ${process.versions.node} found; Lockstep needs ${oldest.join(".")} or newer, so this project carries its own: npm install --save-dev ${wanted}\n`,
  );
  const words = ["install", "--save-dev", "--no-audit", "--no-fund", wanted];
  const { status } = spawnSync("npm", words, { stdio: ["ignore", "inherit", "inherit"] });
  return status === 0 ? carriedNode() : undefined;
}

/** `init`, and not a question about it. @param {readonly string[]} args */
const begins = ([verb, ...more]) =>
  verb === "init" && !more.some((word) => word === "--help" || word === "-h");

/** TypeScript in this repository, JavaScript in the package. */
const source = join(packageRoot, "cli", "main.ts");
const main = existsSync(source) ? source : join(packageRoot, "dist", "cli", "main.js");

/** @param {string} node @param {readonly string[]} args */
function handOver(node, args) {
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: the child has it already.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  child.on("error", (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

if (isNewEnough(process.versions.node)) await import(main);
else {
  const node = carriedNode() ?? (begins(process.argv.slice(2)) ? fetchedNode() : undefined);
  if (node !== undefined) handOver(node, [main, ...process.argv.slice(2)]);
  else {
    process.stderr.write(
      `Node ${process.versions.node} found (${process.execPath}); Lockstep needs Node ${oldest.join(".")} or newer.\n${remedy()}`,
    );
    // A shell that evaluates what `env` prints must not go on as if it had worked.
    if (process.argv[2] === "env") process.stdout.write("false\n");
    process.exitCode = 1;
  }
}
