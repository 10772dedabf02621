import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, version, visit } from "../testing/call.ts";

let embedded: Embedded;
let account: string;
let script: string;
const running = new Set<ChildProcess>();

const code = `export default {
  async fetch(request) {
    const path = new URL(request.url).pathname;
    console.log("path is", path, { deep: [1] });
    if (path === "/throw") throw new RangeError("out of it");
    return new Response("ok");
  },
};`;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  script = `/accounts/${account}/workers/scripts/tailed`;
  const { result } = await call(embedded, "POST", `/accounts/${account}/workers/workers`, {
    name: "tailed",
    subdomain: { enabled: true },
  });
  await call(
    embedded,
    "POST",
    `/accounts/${account}/workers/workers/${String(result["id"])}/versions?deploy=true`,
    version(code),
  );
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await embedded.close();
});

const tails = async (): Promise<number> => (await call(embedded, "GET", `${script}/tails`)).list.length;

/** Real wrangler's `tail`, with what it printed so far. */
function wranglerTail(...args: string[]): { child: ChildProcess; printed: () => string } {
  const bin = fileURLToPath(new URL("../../../node_modules/wrangler/bin/wrangler.js", import.meta.url));
  const child = spawn(process.execPath, [bin, "tail", "tailed", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: embedded.api,
      CLOUDFLARE_API_TOKEN: embedded.token,
      CLOUDFLARE_ACCOUNT_ID: account,
      WRANGLER_SEND_METRICS: "false",
      XDG_CONFIG_HOME: embedded.dataDir,
      NO_COLOR: "1",
      FORCE_COLOR: "0",
    },
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  return { child, printed: () => text };
}

test("real wrangler tails a Worker, live, and takes its tail with it when it ends", async () => {
  const all = wranglerTail("--format", "pretty");
  const errors = wranglerTail("--format", "json", "--status", "error");
  await expect.poll(all.printed).toContain("Connected to tailed, waiting for logs");
  await expect.poll(tails).toBe(2);
  // a moment passes between a tail's making and its connection
  await expect
    .poll(async () => (await visit(embedded, "tailed", "dev", "/throw")) && errors.printed())
    .toContain("out of it");
  await visit(embedded, "tailed", "dev", "/fine?x=1");
  await expect.poll(all.printed).toMatch(/GET http:\/\/tailed\.dev\.localhost:\d+\/fine\?x=1 - Ok @/);
  await expect.poll(all.printed).toContain("(log) path is /fine { deep: [ 1 ] }");
  expect(all.printed()).toMatch(/\/throw - Exception Thrown @/);
  expect(all.printed()).toContain("RangeError: out of it");
  expect(errors.printed()).not.toContain("/fine");
  for (const { child } of [all, errors]) {
    const closed = once(child, "close");
    child.kill("SIGINT");
    await closed;
    running.delete(child);
  }
  await expect.poll(tails).toBe(0);
});

test("a tail's address opens one tail, by its own protocol, until it is deleted", async () => {
  const made = await call(embedded, "POST", `${script}/tails`, { filters: [] });
  const url = String(made.result["url"]);
  expect(made.result["id"]).toMatch(/^[0-9a-f]{32}$/);
  expect(Date.parse(String(made.result["expires_at"]))).toBeGreaterThan(Date.now());
  const status = async (address: string, protocol?: string): Promise<unknown> => {
    const socket = new WebSocket(address, protocol === undefined ? [] : [protocol]);
    const [error] = await once(socket, "error");
    return error instanceof Error ? error.message : error;
  };
  const refused = async (address: string, protocol?: string) => expect(await status(address, protocol));
  (await refused(url.replace(/[0-9a-f]{32}$/, "0".repeat(32)), "trace-v1")).toContain("404");
  (await refused(url.replace("/tails/", "/client/v4/"), "trace-v1")).toContain("404");
  (await refused(url, "other")).toContain("400");

  const socket = new WebSocket(url, "trace-v1");
  await once(socket, "open");
  const told = once(socket, "message"); // it may be told before the visitor has the answer
  await visit(embedded, "tailed", "dev", "/throw");
  const [data] = await told;
  const event: unknown = JSON.parse(String(data));
  expect(event).toMatchObject({
    scriptName: "tailed",
    outcome: "exception",
    scriptVersion: { id: expect.any(String) },
  });
  const closed = once(socket, "close");
  expect((await call(embedded, "DELETE", `${script}/tails/${String(made.result["id"])}`)).status).toBe(200);
  await closed;
  expect((await call(embedded, "DELETE", `${script}/tails/${String(made.result["id"])}`)).status).toBe(404);
});

test("a script has at most ten tails, and one that does not exist has none", async () => {
  for (let n = 0; n < 10; n++) expect((await call(embedded, "POST", `${script}/tails`)).status).toBe(200);
  expect(await call(embedded, "POST", `${script}/tails`)).toMatchObject({ status: 400, code: 10057 });
  expect((await call(embedded, "POST", `/accounts/${account}/workers/scripts/nobody/tails`)).status).toBe(
    404,
  );
  expect((await call(embedded, "POST", `${script}/tails`, { filters: [{ method: 1 }] })).status).toBe(400);
});
