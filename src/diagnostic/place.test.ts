import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { callsOf } from "./place.ts";
import { recipes } from "./verbs.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-place-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const recipe = (name: string): string => `${name} *arguments:\n    @lockstep ${name} "$@"\n`;

test("this repository is called by just and npm, from its folders too", () => {
  expect(callsOf(process.cwd())).toEqual({ caller: "just", shell: "npm" });
  expect(callsOf(join(process.cwd(), "migrations"))).toEqual({ caller: "just", shell: "npm" });
});

test("a repository without a justfile, or with one of its own, is called by npx", () => {
  expect(callsOf(project({}))).toEqual({ caller: "npx", shell: "npx" });
  const own = project({ justfile: "build:\n    make\n", "package.json": '{"scripts":{"env":"env"}}' });
  expect(callsOf(own)).toEqual({ caller: "npx", shell: "npx" });
});

test("every recipe has to be there, in the justfile or in one that it imports", () => {
  const [first = "", ...others] = recipes;
  const imports = `import? 'parts/stack.just'\n${recipe(first)}`;
  const all = { Justfile: imports, "parts/stack.just": others.map(recipe).join("\n") };
  expect(callsOf(project(all)).caller).toBe("just");
  const less = { Justfile: imports, "parts/stack.just": others.slice(1).map(recipe).join("\n") };
  expect(callsOf(project(less)).caller).toBe("npx");
});

test("the shell is npm's where a script of the project starts ours", () => {
  const scripts = (env: string): string => JSON.stringify({ scripts: { env } }, null, 2);
  expect(callsOf(project({ "package.json": scripts("lockstep env") })).shell).toBe("npm");
  expect(callsOf(project({ "package.json": scripts("printenv") })).shell).toBe("npx");
});
