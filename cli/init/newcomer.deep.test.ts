import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { run } from "../../harness/run.ts";
import { packedTarball } from "../../scripts/pack/testing/packed.ts";

/** Two repositories of other people, side by side, each with a name that shells and URLs have to be careful with. */
let above: string;
let mine: string;
let other: string;
beforeAll(async () => {
  const tarball = await packedTarball();
  above = mkdtempSync(join(tmpdir(), "lockstep newcomer "));
  mine = join(above, "mein projekt ü");
  other = join(above, "other $HOME 'q'");
  for (const folder of [mine, other]) {
    mkdirSync(folder);
    await works(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tarball);
    const told = "npx lockstep init";
    if (folder === mine) expect(await refused(folder, "init", "--no-instal")).toContain(told);
    await works(folder, "sh", "-c", told);
  }
});
afterAll(() => rmSync(above, { recursive: true, force: true }));

/** A shell without anything of this repository: as a newcomer has it. */
const plain = (): NodeJS.ProcessEnv => {
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|LOCKSTEP_TESTS|INIT_CWD|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(own), PATH: path.join(":"), NODE_OPTIONS: "" };
};

async function works(folder: string, program: string, ...args: string[]): Promise<string> {
  const { code, out } = await run(program, args, folder, plain());
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${out}`);
  return out;
}

/** What the command says where it refuses something. */
async function refused(folder: string, ...args: string[]): Promise<string> {
  const { code, out } = await run("npx", ["lockstep", ...args], folder, plain());
  expect(code, out).toBe(1);
  return out;
}

const answered = z.object({
  answers: z.record(z.string(), z.object({ status: z.number(), text: z.string() })),
});

/** The last line of `npm start -- --once`. */
const lastLine = (out: string): unknown => JSON.parse(out.trim().split("\n").at(-1) ?? "");

test("npm start brings the new system up, in two projects at the same time, and it answers in both", async () => {
  const told = "npx lockstep start";
  expect(await refused(mine, "init")).toContain(`this is a Lockstep project already: ${told}`);
  expect(await refused(mine, "start", "--one")).toContain(`${told} --once`);
  const starts = await Promise.all([
    works(mine, "sh", "-c", `${told} --once`),
    works(other, "npm", "start", "--silent", "--", "--once"),
  ]);
  for (const out of starts)
    expect(answered.parse(lastLine(out)).answers["notes/notes-api"]).toMatchObject({
      status: 200,
      text: '{"ok":true,"stage":"dev"}',
    });
});

test("a second up changes nothing", async () => {
  expect(await works(mine, "npx", "lockstep", "preview", "dev", "--expect-no-changes")).toMatch(
    /\d+ unchanged/,
  );
  const told = "npx lockstep clean";
  expect(await refused(mine, "clean", "dev")).toContain(told);
  await works(mine, "sh", "-c", told);
});

test("npm test deploys the system to a throw-away embedded Cloudflare and asks it", async () => {
  expect(await works(mine, "npm", "test")).toMatch(/1 passed/);
});

test("its types are right, as they were written", async () => {
  await works(mine, "npx", "tsc", "-p", ".");
});

test("prod is refused without its name, and told in the words of this project", async () => {
  const { code, out } = await run("npx", ["lockstep", "up", "prod"], mine, plain());
  expect(code).toBe(1);
  expect(out).toMatch(/not confirmed; nothing was changed/);
  expect(JSON.parse(readFileSync(join(mine, "package.json"), "utf8")).scripts.start).toBe("lockstep start");
});

test("stages are the project's own: two that are called otherwise work with every verb", async () => {
  const declared = join(other, "project.ts");
  const stages = /stages: \[.*\]/;
  const text = readFileSync(declared, "utf8");
  expect(text).toMatch(stages);
  const others = 'stages: [{ name: "staging" }, { name: "production", suffix: "", protected: true }]';
  writeFileSync(declared, text.replace(stages, others));
  renameSync(join(other, "Pulumi.dev.yaml"), join(other, "Pulumi.staging.yaml"));
  renameSync(join(other, "Pulumi.prod.yaml"), join(other, "Pulumi.production.yaml"));
  await works(other, "npx", "lockstep", "clean");
  const started = await works(other, "npm", "start", "--silent", "--", "--once");
  expect(answered.parse(lastLine(started)).answers["notes/notes-api"]?.text).toBe(
    '{"ok":true,"stage":"staging"}',
  );
  const shown = await works(other, "npx", "lockstep", "preview", "production", "--save-plan", "a plan");
  const repair = /applied exactly by: (.*)$/m.exec(shown)?.[1] ?? "";
  await works(other, "sh", "-c", repair);
  expect(await works(other, "npx", "lockstep", "db", "status", "production")).toMatch(
    /notes\/notes +1 +0 +0 +0/,
  );
  await works(other, "npx", "lockstep", "drift", "production");
  const destroyed = await run("npx", ["lockstep", "destroy", "production"], other, plain());
  expect(destroyed.out).toContain("Destroying production is blocked");
  await works(other, "npx", "lockstep", "destroy", "staging", "--yes");
  await works(other, "npx", "lockstep", "clean");
});
