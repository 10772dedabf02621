import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { call, upload, version, visit } from "./contract/testing/call.ts";

const main = join(import.meta.dirname, "main.ts");
const line = z.object({
  api: z.string(),
  token: z.string(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  front: z.string(),
});
const file = line.extend({ frontPort: z.number(), providerPort: z.number().optional(), pid: z.number() });

interface Running {
  readonly child: ChildProcess;
  readonly ready: z.infer<typeof line>;
  readonly connection: z.infer<typeof file>;
  /** Standard error so far. */
  readonly said: () => string;
}

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, "SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "lockstep-main-"));
  folders.push(made);
  return made;
}

/** What others than the owner may do with a folder or anything in it: `mode path` of each. */
function openIn(data: string): readonly string[] {
  return ["", ...readdirSync(data, { recursive: true, encoding: "utf8" })].flatMap((path) => {
    const mode = lstatSync(join(data, path)).mode & 0o777;
    return (mode & 0o077) === 0 ? [] : [`${mode.toString(8)} ${path}`];
  });
}

const start = (data: string, ...more: string[]): Promise<Running> => run([], data, ...more);

async function run(nodeOptions: readonly string[], data: string, ...more: string[]): Promise<Running> {
  const child = spawn(process.execPath, [...nodeOptions, main, "--data", data, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let out = "";
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  for await (const chunk of child.stdout ?? []) {
    out += chunk;
    if (out.includes("\n")) break;
  }
  if (out === "") {
    await ended(child);
    throw new Error(`it ended: ${said}`);
  }
  return {
    child,
    ready: line.parse(JSON.parse(out)),
    connection: file.parse(JSON.parse(readFileSync(join(data, "connection.json"), "utf8"))),
    said: () => said,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended(child);
  return child.exitCode;
}

/** Gone, and what it said has arrived: that comes by another way than its end. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  if (child.stderr?.closed === false) await once(child.stderr, "close");
}

test("it says in one line where it is, writes the same to connection.json, and stops cleanly", async () => {
  const data = folder();
  const { child, ready, connection, said } = await start(data, "--provider");
  expect(ready.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/client\/v4$/);
  expect(ready.token).toMatch(/^[0-9A-Za-z\-_]{40,80}$/);
  expect(ready.accounts.map(({ name }) => name)).toEqual(["dev", "staging", "prod"]);
  expect(connection).toMatchObject({ ...ready, pid: child.pid });
  expect(connection.providerPort).toBeGreaterThan(0);
  expect(statSync(join(data, "connection.json")).mode & 0o077).toBe(0);
  expect(await call(ready, "GET", "/user/tokens/verify")).toMatchObject({ success: true });
  expect(await end(child, "SIGTERM")).toBe(0);
  expect(said()).toContain("SIGTERM: stopping");
});

test("all that it keeps is its owner's alone, also what was open before", async () => {
  const data = folder();
  writeFileSync(join(data, "of-before"), "x");
  for (const path of ["", "of-before"]) chmodSync(join(data, path), 0o755);
  const { connection, ready } = await start(data);
  const a = `/accounts/${ready.accounts[0]?.id}`;
  await call(ready, "POST", `${a}/d1/database`, { name: "db" });
  const { id } = (
    await call(ready, "POST", `${a}/workers/workers`, { name: "w", subdomain: { enabled: true } })
  ).result;
  const code = `import { DurableObject } from "cloudflare:workers";
export class C extends DurableObject { async next() { await this.ctx.storage.put("n", 1); return 1 } }
export default { async fetch(request, env) { return new Response(String(await env.C.getByName("one").next())) } }`;
  const classes = {
    bindings: [{ type: "durable_object_namespace", name: "C", class_name: "C" }],
    exports: { C: { type: "durable-object", storage: "sqlite" } },
  };
  await call(
    ready,
    "POST",
    `${a}/workers/workers/${String(id)}/versions?deploy=true`,
    version(code, classes),
  );
  expect(await visit(connection, "w")).toBe("200 1");
  expect(openIn(data)).toEqual([]);
  const kept = ["state.sqlite", "state.sqlite-wal", "objects", "stores", "connection.json"];
  expect(readdirSync(data)).toEqual(expect.arrayContaining(kept));
});

test("it can be stopped from the moment that it says it is ready, however slowly it gets on", async () => {
  const pause = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)";
  const slow = `const { stdout } = process, write = stdout.write; stdout.write = function (...a) { const more = write.apply(stdout, a); ${pause}; return more; }`;
  const { child } = await run(["--import", `data:text/javascript,${encodeURIComponent(slow)}`], folder());
  expect(await end(child, "SIGTERM")).toBe(0);
});

test("a second process on the same folder is refused with the pid of the first; after a kill -9 the folder is free", async () => {
  const data = folder();
  const first = await start(data);
  await expect(start(data)).rejects.toThrow(`process ${first.child.pid}`);
  expect(await call(first.ready, "GET", "/user/tokens/verify")).toMatchObject({ success: true });
  await end(first.child, "SIGKILL");
  const second = await start(data);
  expect(second.ready).toEqual(first.ready);
});

test("it ends when its folder is deleted, and disturbs no other process that has the place by then", async () => {
  const data = folder();
  const first = await start(data);
  rmSync(data, { recursive: true, force: true, maxRetries: 10 });
  const second = await start(data);
  if (first.child.exitCode === null) await once(first.child, "exit");
  expect(first.child.exitCode).toBe(1);
  expect(first.said()).toContain("was deleted: stopping");
  expect(await call(second.ready, "GET", "/user/tokens/verify")).toMatchObject({ success: true });
  await expect(start(data)).rejects.toThrow(`process ${second.child.pid}`);
});

test("what was answered is there after a kill -9: ports, token, accounts, Workers, secrets, data", async () => {
  const data = folder();
  const first = await start(data);
  const a = `/accounts/${first.ready.accounts[0]?.id}`;
  const database = String(
    (await call(first.ready, "POST", `${a}/d1/database`, { name: "kept" })).result["uuid"],
  );
  await call(first.ready, "POST", `${a}/d1/database/${database}/query`, {
    sql: "CREATE TABLE t(x); INSERT INTO t VALUES (42)",
  });
  const { id } = (
    await call(first.ready, "POST", `${a}/workers/workers`, { name: "kept", subdomain: { enabled: true } })
  ).result;
  const code =
    "export default { async fetch(request, env) { return Response.json([env.S, await env.DB.prepare('SELECT x FROM t').first('x')]) } }";
  const bindings = [
    { type: "secret_text", name: "S", text: "hush" },
    { type: "d1", name: "DB", id: database },
  ];
  await call(
    first.ready,
    "POST",
    `${a}/workers/workers/${String(id)}/versions?deploy=true`,
    version(code, { bindings }),
  );
  expect(await visit(first.connection, "kept")).toBe('200 ["hush",42]');
  await end(first.child, "SIGKILL");
  const second = await start(data);
  expect(second.connection.frontPort).toBe(first.connection.frontPort);
  expect(await visit(second.connection, "kept")).toBe('200 ["hush",42]');
});

test("a first upload that a kill -9 cut off leaves no Worker", async () => {
  const data = folder();
  const first = await start(data);
  const a = `/accounts/${first.ready.accounts[0]?.id}`;
  const never = upload("for (;;);", {});
  const cut = call(first.ready, "PUT", `${a}/workers/scripts/cut`, never).catch(() => "cut");
  const there = async () => (await call(first.ready, "GET", `${a}/workers/services/cut`)).success;
  await expect.poll(there).toBe(true);
  await end(first.child, "SIGKILL");
  expect(await cut).toBe("cut");
  const second = await start(data);
  expect((await call(second.ready, "GET", `${a}/workers/services/cut`)).code).toBe(10090);
  const again = upload("export default { fetch() { return new Response('whole') } }", {});
  expect((await call(second.ready, "PUT", `${a}/workers/scripts/cut`, again)).success).toBe(true);
});

test("a remembered port that somebody else has by now is replaced, with a line that says so", async () => {
  const data = folder();
  const first = await start(data);
  const port = Number(new URL(first.ready.api).port);
  await end(first.child, "SIGTERM");
  const squatter = createServer().listen(port, "127.0.0.1");
  await once(squatter, "listening");
  const second = await start(data);
  expect(Number(new URL(second.ready.api).port)).not.toBe(port);
  await expect.poll(second.said).toContain(`port ${port}`);
  await expect(start(folder(), "--port", String(port))).rejects.toThrow(String(port));
  squatter.close();
});

test("a folder that is damaged, of a later version or not ours is refused in words, and left as it is", async () => {
  const data = folder();
  await end((await start(data)).child, "SIGTERM");
  const state = join(data, "state.sqlite");
  const sound = readFileSync(state);
  const refused = async (file: string, contents: Buffer): Promise<void> => {
    writeFileSync(file, contents);
    await expect(start(data)).rejects.toThrow(/The data folder cannot be used\n +where: .*\n +got: /);
    expect(readFileSync(file).equals(contents)).toBe(true);
  };
  const edited = (sql: string): Buffer => {
    writeFileSync(state, sound);
    const open = new DatabaseSync(state);
    open.exec(sql);
    open.close();
    return readFileSync(state);
  };
  await refused(state, Buffer.alloc(5000, "garbage "));
  await refused(state, edited("PRAGMA user_version = 99"));
  await refused(state, edited("UPDATE objects SET body = '{}' WHERE kind = 'setting'"));
  writeFileSync(state, sound);
  await refused(join(data, "stores", "ledger.sqlite"), Buffer.alloc(5000, "garbage "));
});

test("options that mean nothing are refused with the usage", async () => {
  await expect(start(folder(), "--port", "no")).rejects.toThrow("usage:");
  await expect(start(folder(), "--warp")).rejects.toThrow("usage:");
  await expect(start(folder(), "--ai", "endpoint:nonsense")).rejects.toThrow("endpoint");
});
