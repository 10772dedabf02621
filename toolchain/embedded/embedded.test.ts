import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startOf } from "../install/lock.mjs";
import { type Places, placesOf } from "../project.ts";
import { endedUnderneath, ensureEmbedded, runningEmbedded } from "./embedded.ts";

let places: Places;
const pids = (): number[] =>
  existsSync(join(places.root, "pids"))
    ? readFileSync(join(places.root, "pids"), "utf8").trim().split("\n").map(Number)
    : [];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep embedded "));
  places = { ...placesOf(folder), code: folder, node: process.execPath };
  mkdirSync(join(folder, "embedded"));
});
afterEach(() => {
  for (const pid of pids()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  rmSync(places.root, { recursive: true, force: true, maxRetries: 10 });
});

/** A stand-in that listens and writes connection.json as the embedded Cloudflare does. */
function main(before = ""): void {
  writeFileSync(
    join(places.root, "embedded", "main.ts"),
    `import { createServer } from "node:http"; import { appendFileSync, writeFileSync } from "node:fs";
appendFileSync("pids", process.pid + "\\n");
${before}
const data = process.argv[process.argv.indexOf("--data") + 1];
const server = createServer((_q, r) => r.end()).listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  const connection = { api: "http://127.0.0.1:" + port + "/client/v4", token: "t", accounts: [], front: "f", providerPort: 1, pid: process.pid, args: process.argv.slice(2) };
  writeFileSync(data + "/connection.json", JSON.stringify(connection));
});`,
  );
}

test("it is started once, found the next time, and started anew after a crash", async () => {
  main();
  const first = await ensureEmbedded(places);
  expect((await ensureEmbedded(places)).pid).toBe(first.pid);
  process.kill(first.pid, "SIGKILL");
  await expect.poll(() => runningEmbedded(places)).toBeUndefined();
  const second = await ensureEmbedded(places);
  expect(second.pid).not.toBe(first.pid);
  expect(pids()).toEqual([first.pid, second.pid]);
});

test("its log is its owner's alone, and has what it says of itself, but not the token that it prints", async () => {
  main('process.stdout.write("the token\\n"); process.stderr.write("what happened\\n");');
  await ensureEmbedded(places);
  const log = join(places.embedded, "log");
  expect(readFileSync(log, "utf8")).toBe("what happened\n");
  expect(statSync(log).mode & 0o077).toBe(0);
  expect(statSync(places.embedded).mode & 0o077).toBe(0);
});

test("two at once start one", async () => {
  main();
  const [a, b] = await Promise.all([ensureEmbedded(places), ensureEmbedded(places)]);
  expect(a.pid).toBe(b.pid);
  expect(pids()).toHaveLength(1);
});

test("a connection left by a crash does not count, even when its pid is somebody else's now", async () => {
  main();
  mkdirSync(places.embedded, { recursive: true });
  const stale = {
    api: "http://127.0.0.1:9/client/v4",
    token: "t",
    accounts: [],
    front: "f",
    pid: process.pid,
  };
  writeFileSync(join(places.embedded, "connection.json"), JSON.stringify(stale));
  expect(await runningEmbedded(places)).toBeUndefined();
  expect((await ensureEmbedded(places)).pid).not.toBe(process.pid);
});

const takesFolder = `import { takeFolder } from ${JSON.stringify(new URL("../../embedded/lock.ts", import.meta.url).href)};
Object.assign(globalThis, { giveBack: await takeFolder(process.argv[process.argv.indexOf("--data") + 1] ?? "") });
await new Promise((r) => setTimeout(r, 700));`;

test.each([
  ["at once", () => pids().length === 1],
  [
    "when it had taken the data",
    () => readFileSync(join(places.embedded, "lock.pid"), "utf8") === `${pids()[0]}\n`,
  ],
])("one whose starter was killed %s is waited for and taken", async (_when, isTime) => {
  main(takesFolder);
  const script = `import { ensureEmbedded } from ${JSON.stringify(new URL("embedded.ts", import.meta.url).href)};
await ensureEmbedded(${JSON.stringify(places)});`;
  const starter = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  await expect.poll(isTime, { interval: 10 }).toBe(true);
  starter.kill("SIGKILL");
  await once(starter, "exit");
  const { pid } = await ensureEmbedded(places);
  expect((await runningEmbedded(places))?.pid).toBe(pid);
  const alive = (): number[] => pids().filter((each) => !["", "ended"].includes(startOf(each)));
  if (startOf(process.pid) !== "") await expect.poll(alive).toEqual([pid]);
});

test("one that was asked to end, and still has the data, is waited for", async () => {
  main(`${takesFolder}
process.on("SIGTERM", () => { server.closeAllConnections(); server.close(); setTimeout(() => process.exit(0), 700); });`);
  const { pid } = await ensureEmbedded(places);
  process.kill(pid, "SIGTERM");
  await expect.poll(() => runningEmbedded(places)).toBeUndefined();
  expect((await ensureEmbedded(places)).pid).not.toBe(pid);
});

test("one that ends at once is reported with its last words", async () => {
  main('console.error("the port is taken"); process.exit(3);');
  const failing = ensureEmbedded(places);
  await expect(failing).rejects.toThrow("it ended with code 3");
  await expect(failing).rejects.toThrow("the port is taken");
});

test("a process that has ended under somebody is told with its last words, and without its token", () => {
  mkdirSync(places.embedded, { recursive: true });
  writeFileSync(join(places.embedded, "log"), `{"api":"x","token":"secret"}\nno space left on device\n`);
  const { message } = endedUnderneath(places, new Error("socket hang up\nmore"));
  expect(message).toMatch(/socket hang up; its last words: no space left on device\n/);
  expect(message).not.toContain("secret");
});

test("one that was started with other code than the clone's is left running, and said to be older in one line", async () => {
  main();
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const { pid } = await ensureEmbedded(places);
    writeFileSync(join(places.root, "embedded", "main.test.ts"), "// tests are no code of it");
    expect((await ensureEmbedded(places)).pid).toBe(pid);
    expect(said).not.toHaveBeenCalled();
    writeFileSync(join(places.root, "embedded", "world.ts"), "export {};");
    expect((await ensureEmbedded(places)).pid).toBe(pid);
    expect(said).toHaveBeenCalledOnce();
    expect(String(said.mock.calls[0]?.[0])).toMatch(new RegExp(`^The running .* kill ${pid}; .*\n$`));
    process.kill(pid, "SIGTERM");
    await expect.poll(() => runningEmbedded(places)).toBeUndefined();
    said.mockClear();
    expect((await ensureEmbedded(places)).pid).not.toBe(pid);
    await ensureEmbedded(places);
    expect(said).not.toHaveBeenCalled();
  } finally {
    said.mockRestore();
  }
});
