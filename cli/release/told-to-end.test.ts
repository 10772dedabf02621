import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const code = `const { toldToEnd } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "told-to-end.ts")).href)});
  const told = toldToEnd((signal) => process.stdout.write("told " + signal + "\\n"));
  process.stdout.write("ready\\n");
  setInterval(() => told.wake.aborted && process.stdout.write("at it still\\n"), 50);`;

test("a terminal that closes ends no driver, a first Ctrl-C is told, and a second one ends it", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code]);
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const ended = once(child, "exit");
  await expect.poll(() => out).toContain("ready");
  child.kill("SIGHUP");
  child.kill("SIGINT");
  await expect.poll(() => out).toContain("at it still");
  expect(out).toMatch(/^ready\ntold SIGINT\n/);
  await new Promise((resolve) => setTimeout(resolve, 600));
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
});
