import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { run } from "./init.ts";

let folder: string;
let printed: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "lockstep init ")), "Größe & Co");
  mkdirSync(folder);
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

const init = (...args: string[]) => run(["--no-install", ...args], { folder, root: undefined });
const all = (): readonly string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

test("an empty folder becomes a project, whose every file is listed with what comes next", async () => {
  expect(await init()).toBe(0);
  for (const path of all().filter((each) => /\.\w+$|justfile/.test(each) && !each.startsWith(".github/w/")))
    expect(printed, path).toContain(path.split("/").at(-1));
  expect(printed).toMatch(/npm start .*\n.*npm test/);
  expect(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).toMatch(/^name: grosse-co$/m);
});

test("a second time refuses, and says that this is a project already", async () => {
  await init();
  const before = all().map((path) => [path, path.includes(".") && /\.\w+$/.test(path)]);
  await expect(init()).rejects.toThrow(/nothing was written[\s\S]*project\.ts[\s\S]*already/);
  expect(all().map((path) => [path, path.includes(".") && /\.\w+$/.test(path)])).toEqual(before);
});

test("a file that is in the way is named, and nothing at all is written", async () => {
  writeFileSync(join(folder, "index.ts"), "export default {};\n");
  await expect(init()).rejects.toThrow(/index\.ts/);
  expect(all()).toEqual(["index.ts"]);
});

test("a .gitignore keeps its lines and gets those that it lacks, once", async () => {
  writeFileSync(join(folder, ".gitignore"), "node_modules\n/.env\ndist");
  await init();
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(
    "node_modules\n/.env\ndist\n.lockstep/\n.env.*\nbackups/\n*.plan\n*.key\nPulumi.pr-*.yaml\n",
  );
});

test("an option that there is not is refused", async () => {
  await expect(init("--force")).rejects.toThrow(/--force/);
  expect(all()).toEqual([]);
});
