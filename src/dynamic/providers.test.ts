import { execFileSync } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { providerNames, providerOf } from "./providers.ts";
import { recordedPaths } from "./recorded-paths.ts";
import { loads } from "./shim.ts";

const root = dirname(dirname(import.meta.dirname));

/** Runs each text as the engine's dynamic-provider process does, in a project's folder, and says whose provider it gives. */
function providersOf(texts: readonly string[], cwd = root): Readonly<Record<string, string>> {
  const program = `
    const { createRequire } = require("node:module");
    const { providerNames, providerOf } = createRequire(process.cwd() + "/x.js")("lockstep/dynamic");
    const given = JSON.parse(require("node:fs").readFileSync(0, "utf8")).map((text) => {
      const loaded = {};
      new Function("exports", text)(loaded);
      const provider = loaded.handler();
      return [text, providerNames.find((name) => providerOf(name) === provider) ?? "none"];
    });
    process.stdout.write(JSON.stringify(Object.fromEntries(given)));`;
  const input = JSON.stringify(texts);
  const out = execFileSync(process.execPath, ["--eval", program], { cwd, input, encoding: "utf8" });
  return z.record(z.string(), z.string()).parse(JSON.parse(out));
}

const textOfPath = (path: string): string =>
  `exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")(${JSON.stringify(path)}).provider;`;

test("what new states get as __provider leads to the provider of that name, and is the same text for ever", () => {
  const wanted = {
    [loads("BucketReset")]: "BucketReset",
    [loads("FirstVersion")]: "FirstVersion",
    [loads("Guard")]: "Guard",
    [loads("Migrations")]: "Migrations",
    [loads("OwnKey")]: "OwnKey",
    [loads("SharedStore")]: "SharedStore",
    [loads("Target")]: "Target",
    [loads("VectorizeIndex")]: "VectorizeIndex",
  };
  expect(Object.values(wanted)).toEqual(providerNames);
  expect(providersOf(Object.keys(wanted))).toEqual(wanted);
  expect(loads("Target")).toBe(
    'exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("lockstep/dynamic").providerOf("Target");',
  );
});

test("every file that states of earlier versions name leads to the provider of today", () => {
  const wanted = Object.fromEntries(
    Object.entries(recordedPaths).map(([path, name]) => [textOfPath(path), name]),
  );
  expect(providersOf(Object.keys(wanted))).toEqual(wanted);
});

/** Providers that no recorded version had. */
const laterThanRecorded = ["BucketReset", "OwnKey", "SharedStore"];

test("every __provider in a recorded state leads to the provider of its resource's type", () => {
  const resource = z.object({ type: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) });
  const shape = z.object({ deployment: z.object({ resources: z.array(resource) }) });
  const states = globSync("test/upgrade/*/states/*.json", { cwd: root });
  expect(states.length).toBeGreaterThanOrEqual(3);
  const wanted: Record<string, string> = {};
  for (const path of states)
    for (const { type, inputs } of shape.parse(JSON.parse(readFileSync(join(root, path), "utf8"))).deployment
      .resources)
      if (type.startsWith("pulumi-nodejs:dynamic/lockstep:"))
        wanted[z.string().parse(inputs["__provider"])] = type.slice("pulumi-nodejs:dynamic/lockstep:".length);
  expect(new Set([...Object.values(wanted), ...laterThanRecorded])).toEqual(new Set(providerNames));
  expect(providersOf(Object.keys(wanted))).toEqual(wanted);
});

describe("in a project of its own", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "lockstep project "));
    mkdirSync(join(project, "node_modules"));
    writeFileSync(join(project, "package.json"), '{ "name": "notes", "type": "module" }');
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  test("the same text leads to the package that is installed there", () => {
    symlinkSync(root, join(project, "node_modules", "lockstep"));
    expect(providersOf([loads("Target")], project)).toEqual({ [loads("Target")]: "Target" });
  });

  test("which is compiled, and has no sources", () => {
    const installed = join(project, "node_modules", "lockstep");
    mkdirSync(join(installed, "dist", "src", "dynamic"), { recursive: true });
    for (const each of ["package.json", "entry"])
      cpSync(join(root, each), join(installed, each), { recursive: true });
    writeFileSync(
      join(installed, "dist", "src", "dynamic", "providers.js"),
      'const compiled = {};\nexport const providerNames = ["compiled"];\nexport const providerOf = () => compiled;\n',
    );
    expect(providersOf([loads("Target")], project)).toEqual({ [loads("Target")]: "compiled" });
  });
});

test("a provider of a later version is refused by name", () => {
  expect(() => providerOf("Mailbox")).toThrow(/no provider Mailbox[\s\S]*a later version/);
});
