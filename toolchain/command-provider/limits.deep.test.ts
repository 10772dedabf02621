import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ran, type TestProject, testProject } from "../fixture/project.ts";

const program = (args: string): string => `
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
const c = new command.local.Command("c", ${args});
export const size = c.stdout.apply((text) => text.length);
`;

let project: TestProject;
beforeAll(async () => {
  project = await testProject({ "index.ts": program("{}") });
});
afterAll(() => project.remove());

const up = (args: string): Promise<Ran> => {
  project.write("index.ts", program(args));
  return project.pulumi("up", "--yes", "--skip-preview");
};

test("a command may read and print megabytes, and can be changed and deleted after that", async () => {
  const long = await up('{ create: "cat", stdin: "x".repeat(4_500_000), logging: "none" }');
  expect(long.code, long.out).toBe(0);
  expect(long.out).toMatch(/size *: 4500000/);
  const tooLong = await up('{ create: "cat; true", stdin: "short", logging: "none" }');
  expect(tooLong.code).not.toBe(0);
  expect(tooLong.out).toContain("addPreviousOutputInEnv: false");
  const changed = await up(
    '{ create: "cat; true", stdin: "short", logging: "none", addPreviousOutputInEnv: false, delete: "true" }',
  );
  expect(changed.code, changed.out).toBe(0);
  expect(changed.out).toMatch(/size *: 4500000 => 5/);
  const destroyed = await project.pulumi("destroy", "--yes", "--skip-preview");
  expect(destroyed.code, destroyed.out).toBe(0);
});

test("a failure with megabytes of output is shown whole", async () => {
  const ran = await up(
    '{ create: "head -c 2000000 /dev/zero | tr -c y y; echo the end; exit 4", logging: "none" }',
  );
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain("exit status 4: running");
  expect(ran.out).toContain(`${"y".repeat(1000)}the end`);
});

test("a folder that is not there is named, instead of the shell", async () => {
  const ran = await up('{ create: "pwd", dir: "no/such" }');
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain('dir "no/such" does not exist: running "pwd"');
});

test("lines are shown in the order in which they were printed, also with letters of several bytes", async () => {
  const ran = await up('{ create: "for i in $(seq 1 1500); do echo ✓é$i; done" }');
  expect(ran.code, ran.out).toBe(0);
  const shown = [...ran.out.matchAll(/✓é(\d+)$/gm)].map(([, number]) => Number(number));
  expect(new Set(shown).size).toBe(1500);
  expect(shown).toEqual(shown.toSorted((a, b) => a - b));
});

test("the value of a secret input is shown neither while the command runs nor when it fails", async () => {
  const ran = await up(
    `{ create: pulumi.secret("echo saw $KEY: 'and more'; exit 3"), environment: { KEY: pulumi.secret("canary\\ncanaries") } }`,
  );
  expect(ran.code).not.toBe(0);
  expect(ran.out).toContain("exit status 3: running");
  expect(ran.out).toMatch(/saw \[secret\]/);
  expect(ran.out).not.toContain("canar");
});

test.each([
  "SIGKILL",
  "SIGINT",
] as const)("after %s of the engine nothing runs that a command started", async (signal) => {
  const pid = join(project.folder, `pid-${signal}`);
  project.write(
    "index.ts",
    program(`{ create: "sleep 600 & echo $! > pid-${signal}; wait; true", triggers: ["${signal}"] }`),
  );
  const engine = spawn(project.engine, ["up", "--yes", "--skip-preview", "--non-interactive"], {
    cwd: project.folder,
    env: project.env,
    stdio: "ignore",
  });
  await expect.poll(() => readFileSync(pid, "utf8")).toMatch(/^\d+\n$/);
  const sleeping = Number(readFileSync(pid, "utf8"));
  expect(existsSync(`/proc/${sleeping}`)).toBe(true);
  const ended = new Promise((resolve) => engine.once("exit", resolve));
  engine.kill(signal);
  await ended;
  await expect.poll(() => isThere(sleeping)).toBe(false);
  if (signal === "SIGKILL") await project.pulumi("cancel", "--yes");
});

const isThere = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
