import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { system } from "../declare/index.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { imported } from "./imported.ts";
import { findProjectRoot, loadProject } from "./load.ts";
import { defineProject } from "./project.ts";
import type { StageDeclaration } from "./stage.ts";

const shop = system("shop", []);

function refused(stages: readonly StageDeclaration[], systems = [shop]): readonly string[] {
  try {
    defineProject({ systems, stages });
  } catch (error) {
    if (error instanceof UserError)
      return [error.diagnostic, ...error.others].map(({ what, where, got }) => `${what} (${where}): ${got}`);
    throw error;
  }
  return [];
}

describe("a project", () => {
  test("has its stages in order, each default filled in", () => {
    const { stages } = defineProject({
      systems: [shop],
      stages: [{ name: "staging" }, { name: "production", suffix: "", protected: true, bakeSeconds: 900 }],
    });
    expect(stages).toEqual([
      {
        name: "staging",
        nameSuffix: "-staging",
        protected: false,
        ownsShared: false,
        embeddedAccount: "staging",
        zones: [],
        needsPolicyPack: false,
        asksBeforeChange: false,
        bakeSeconds: 0,
      },
      {
        name: "production",
        nameSuffix: "",
        protected: true,
        ownsShared: false,
        embeddedAccount: "production",
        zones: [],
        needsPolicyPack: true,
        asksBeforeChange: true,
        bakeSeconds: 900,
      },
    ]);
  });

  test("is frozen, its lists and stages too", () => {
    const project = defineProject({ systems: [shop], stages: [{ name: "dev" }] });
    for (const part of [project, project.systems, project.stages, project.stages[0]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test("needs a stage", () => {
    expect(refused([])).toEqual(["A project needs a stage (project.ts, stages): none"]);
  });

  test.each(["", "Dev", "1st", "a_b", "x".repeat(40), "all", "files"])("has no stage named %j", (name) => {
    expect(refused([{ name }])).toEqual([
      `A stage's name cannot be used (project.ts, stages): ${JSON.stringify(name)}`,
    ]);
  });

  test.each<[string, StageDeclaration, string]>([
    [
      "a suffix",
      { name: "dev", suffix: "_Dev" },
      `A stage's suffix cannot be part of names (project.ts, stages, "dev", suffix): _Dev`,
    ],
    [
      "an account",
      { name: "dev", embeddedAccount: "My Account" },
      `An account's name cannot be part of an address (project.ts, stages, "dev", embeddedAccount): My Account`,
    ],
    [
      "half a second of bake time",
      { name: "dev", bakeSeconds: 0.5 },
      `A bake time has to be whole seconds (project.ts, stages, "dev", bakeSeconds): 0.5`,
    ],
    [
      "a bake time below 0",
      { name: "dev", bakeSeconds: -1 },
      `A bake time has to be whole seconds (project.ts, stages, "dev", bakeSeconds): -1`,
    ],
  ])("%s that cannot be used is refused", (_what, stage, expected) => {
    expect(refused([stage])).toEqual([expected]);
  });

  test("has each stage and each system once", () => {
    expect(refused([{ name: "dev" }, { name: "dev" }], [shop, shop])).toEqual([
      "Two stages have the same name (project.ts, stages): dev",
      "System shop is there twice (project.ts, systems): shop, more than once",
    ]);
  });

  test("has no two stages whose resources would be the same ones: of one account, with one suffix", () => {
    expect(
      refused([
        { name: "a", suffix: "" },
        { name: "b", suffix: "", embeddedAccount: "a" },
      ]),
    ).toEqual([
      `Two stages would give their resources the same names in the same account (project.ts, stages, a and b): suffix "" in both`,
    ]);
    expect(
      refused([
        { name: "a", suffix: "" },
        { name: "b", suffix: "" },
      ]),
    ).toEqual([]);
    expect(refused([{ name: "a" }, { name: "b", embeddedAccount: "a" }])).toEqual([]);
  });
});

describe("the file project.ts", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "lockstep project "));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function folder(name: string, source: string): string {
    const path = join(root, name);
    mkdirSync(join(path, "deep/er"), { recursive: true });
    writeFileSync(join(path, "project.ts"), source);
    return path;
  }
  const own = JSON.stringify(pathToFileURL(join(import.meta.dirname, "project.ts")).href);

  test("is loaded from its folder", async () => {
    const path = folder(
      "good",
      `import { defineProject } from ${own};\nexport default defineProject({ systems: [], stages: [{ name: "dev" }] });\n`,
    );
    expect((await loadProject(path)).stages.map(({ name }) => name)).toEqual(["dev"]);
  });

  test.each([
    ["nothing", "export const project = 1;\n", "no default export"],
    [
      "what defineProject did not make",
      'export default { systems: [], stages: [{ name: "dev" }] };\n',
      "a default export that defineProject did not make",
    ],
  ])("that exports %s is refused", async (_what, source, got) => {
    await expect(loadProject(folder(got, source))).rejects.toMatchObject({ diagnostic: { got } });
  });

  test("that throws, or waits for ever, is said with its place; also where what is thrown is no error", async () => {
    const said = async (name: string, source: string, limitMs = 60_000) => {
      const path = folder(name, source);
      return imported(join(path, "project.ts"), path, limitMs).catch((error: unknown) => error);
    };
    expect(await said("throws", "const a = undefined;\nexport default a.b;\n")).toMatchObject({
      diagnostic: { where: "project.ts:2", got: expect.stringContaining("undefined") },
    });
    expect(await said("null", "throw null;\n")).toMatchObject({
      diagnostic: { where: "project.ts", got: "null, which was thrown" },
    });
    expect(await said("waits", "await new Promise((done) => setTimeout(done, 1_000));\n", 300)).toMatchObject(
      {
        diagnostic: { got: expect.stringContaining("did not come to its end") },
      },
    );
  });

  test.each([
    ["ends the process", "process.exit(0);\n", "ends the process"],
    ["waits for nothing", "await new Promise(() => {});\n", "although nothing goes on any more"],
  ])("that %s is told by every verb, with an exit code of 1", (name, source, got) => {
    const path = folder(name, source);
    writeFileSync(join(path, "Pulumi.yaml"), "");
    const command = join(import.meta.dirname, "../../bin/lockstep.mjs");
    const { status, stderr } = spawnSync(process.execPath, [command, "diagram"], {
      cwd: path,
      encoding: "utf8",
    });
    expect(stderr).toContain(got);
    expect(status).toBe(1);
  });

  test("that is not there is said with the command that makes one", async () => {
    await expect(loadProject(join(root, "nowhere"))).rejects.toMatchObject({
      diagnostic: { what: "This folder is no Lockstep project", got: "no project.ts" },
    });
  });

  test("makes a folder the project's when a Pulumi.yaml is beside it, for every folder below", () => {
    const path = folder("found", "");
    expect(findProjectRoot(join(path, "deep/er"))).toBeUndefined();
    writeFileSync(join(path, "Pulumi.yaml"), "");
    expect(findProjectRoot(join(path, "deep/er"))).toBe(path);
    expect(findProjectRoot(root)).toBeUndefined();
  });
});
