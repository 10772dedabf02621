import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const url = (name: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);

/** Runs an entry whose work is this code; its reader leaves after the first bytes where `reads` is false. */
async function ran(work: string, reads = true): Promise<{ code: number; out: string; err: string }> {
  const code = `const { entry } = await import(${url("entry.ts")});
    const { UserError } = await import(${url("../src/diagnostic/user-error.ts")});
    await entry(async () => { ${work} });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code]);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
    if (!reads) child.stdout.destroy();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString("utf8");
  });
  const [exit] = await once(child, "close");
  return { code: Number(exit), out, err };
}

test("a reader that leaves (`| head`) is no error, and what was begun is finished", async () => {
  const lines = `for (let i = 0; i < 50; i++) { process.stdout.write("x".repeat(100_000)); await new Promise((r) => setTimeout(r, 2)); }`;
  const { code, err } = await ran(`${lines} process.stderr.write("finished"); return 0;`, false);
  expect({ code, err }).toEqual({ code: 0, err: "finished" });
});

test("a full disk behind standard output is said in one line, and is no success", () => {
  const full = openSync("/dev/full", "w");
  const code = `const { entry } = await import(${url("entry.ts")});
    await entry(async () => { process.stdout.write("lost"); process.stderr.write("finished"); return 0; });`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  expect({ status, lines: stderr.split("\n").toSorted() }).toEqual({
    status: 1,
    lines: ["", expect.stringMatching(/cannot be written any more: ENOSPC/)].toSorted(),
  });
});

test("a mistake is told in its own words, a bug with its stack", async () => {
  const parts = `what: "W", where: "x", got: "y", expected: "z", fix: "f"`;
  const mistake = await ran(`throw new UserError({ ${parts} });`);
  expect(mistake).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^W\n {2}where:/) });
  expect(mistake.err).not.toContain("    at ");
  expect((await ran(`throw new Error("a bug");`)).err).toMatch(/^Error: a bug\n {4}at /);
  expect(await ran("return 3;")).toEqual({ code: 3, out: "", err: "" });
});

test("whoever asks a verb for help is told its words, whatever else was typed, and nothing is done", () => {
  const lockstep = join(import.meta.dirname, "..", "bin", "lockstep.mjs");
  for (const words of [
    ["destroy", "dev", "--yes", "--help"],
    ["drift", "-h"],
    ["token", "--help"],
  ]) {
    // A folder of no project: a verb that was run would say that.
    const said = spawnSync(process.execPath, [lockstep, ...words], { cwd: tmpdir(), encoding: "utf8" });
    expect(said).toMatchObject({ status: 0, stderr: "" });
    expect(said.stdout).toMatch(new RegExp(`^lockstep ${words[0]} .*\n {4}\\S.*\n$`));
  }
});

test("an older Node is told together with init where there is no project yet, and alone where there is one", () => {
  const root = join(import.meta.dirname, "..");
  const older = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.2" } });`;
  const told = (cwd: string): string => {
    const words = ["--import", `data:text/javascript,${encodeURIComponent(older)}`];
    const lockstep = join(root, "bin", "lockstep.mjs");
    const said = spawnSync(process.execPath, [...words, lockstep, "up"], { cwd, encoding: "utf8" });
    expect(said).toMatchObject({ status: 1, stdout: "" });
    return said.stderr;
  };
  expect(told(tmpdir())).toMatch(
    /^Node 20\.19\.2 found .*; Lockstep needs Node 24[\s\S]*npx lockstep init makes one/,
  );
  const project = mkdtempSync(join(tmpdir(), "lockstep-entry-"));
  try {
    for (const name of ["project.ts", "Pulumi.yaml"]) writeFileSync(join(project, name), "");
    expect(told(project)).toMatch(
      /^Node 20\.19\.2 found .*\nInstall it from https:\/\/nodejs\.org, or let the project carry it/,
    );
  } finally {
    rmSync(project, { recursive: true });
  }
});

test("a report that cannot be kept, or is not there, is said before any stage is asked", () => {
  const lockstep = join(import.meta.dirname, "..", "bin", "lockstep.mjs");
  for (const option of ["--save", "--from"]) {
    const words = ["pr-report", option, join(tmpdir(), "no such folder", "x.json")];
    const said = spawnSync(process.execPath, [lockstep, ...words], {
      cwd: join(import.meta.dirname, ".."),
      encoding: "utf8",
    });
    expect(said).toMatchObject({ status: 1, stdout: "" });
    expect(said.stderr).toMatch(
      /^(A report cannot|There is no such report)[\s\S]*no such folder[\s\S]*fix: /,
    );
  }
});
