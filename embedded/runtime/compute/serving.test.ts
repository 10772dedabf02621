import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { get, type Rig, scriptName, startRig, version } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const site = `
import { createHash } from "node:crypto";
import add from "./add.wasm";
import note from "./note.txt";
import data from "./data.bin";
import { x } from "./lib/x.js";
import old from "./old.cjs";
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/modules": return Response.json({
        sha: createHash("sha1").update("x").digest("hex").slice(0, 6),
        sum: (await WebAssembly.instantiate(add)).exports.add(40, x), note, bytes: data.byteLength, old: old.answer,
      });
      case "/env": return Response.json({ text: env.TEXT, json: env.JSON_VALUE, meta: env.META });
      case "/request": return Response.json({ url: request.url, colo: request.cf.colo, ip: request.headers.get("cf-connecting-ip"), own: request.headers.get("x-own") });
      case "/throw": throw new TypeError("thrown on purpose");
      case "/later": ctx.waitUntil(Promise.reject(new RangeError("after the answer"))); return new Response("answered");
      case "/log": console.log("to stdout", { a: 1 }); console.error("to stderr"); return new Response("logged");
      case "/echo": return new Response(request.body, { status: 201, headers: { "x-a": "1" } });
      case "/cookies": { const h = new Headers(); h.append("set-cookie", "a=1"); h.append("set-cookie", "b=2"); return new Response(null, { status: 204, headers: h }); }
      case "/redirect": return Response.redirect("http://elsewhere.localhost/", 302);
      case "/ws": {
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.addEventListener("message", (e) => server.send("echo " + e.data));
        return new Response(null, { status: 101, webSocket: client });
      }
    }
    return new Response("hello");
  },
};`;
const wasm = Buffer.from(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b",
  "hex",
);

test("a version is served at its host, with every kind of module and plain binding", async () => {
  await rig.deploy("site", {
    ...version("00000000-0000-4000-8000-000000000001", site),
    modules: [
      { name: "lib/x.js", type: "ESModule", contents: Buffer.from("export const x = 2;") },
      { name: "./index.js", type: "ESModule", contents: Buffer.from(site) },
      { name: "add.wasm", type: "CompiledWasm", contents: wasm },
      { name: "note.txt", type: "Text", contents: Buffer.from("a note") },
      { name: "data.bin", type: "Data", contents: Buffer.from([0, 255, 7]) },
      { name: "old.cjs", type: "CommonJS", contents: Buffer.from("module.exports = { answer: 42 };") },
    ],
    createdOn: "2026-01-02T03:04:05.000Z",
    bindings: [
      { kind: "text", name: "TEXT", value: "plain" },
      { kind: "json", name: "JSON_VALUE", value: { a: [1, null] } },
      { kind: "versionMetadata", name: "META", tag: "v1" },
    ],
  });
  expect(await rig.get("site")).toMatchObject({ status: 200, text: "hello" });
  expect(JSON.parse((await rig.get("site", "/modules")).text)).toEqual({
    sha: "11f6ad",
    sum: 42,
    note: "a note",
    bytes: 3,
    old: 42,
  });
  expect(JSON.parse((await rig.get("site", "/env")).text)).toEqual({
    text: "plain",
    json: { a: [1, null] },
    meta: { id: "00000000-0000-4000-8000-000000000001", tag: "v1", timestamp: "2026-01-02T03:04:05.000Z" },
  });
});

test("the worker sees the visitor's URL and headers, and what only the edge may say from the front door", async () => {
  const forged = { "cf-connecting-ip": "6.6.6.6", "mf-cf-blob": '{"colo":"HACK"}', "x-own": "kept" };
  const seen = JSON.parse((await rig.get("site", "/request?q=1", forged)).text);
  expect(seen).toEqual({
    url: `http://site.dev.localhost:${rig.compute.frontPort}/request?q=1`,
    colo: "LOC",
    ip: "127.0.0.1",
    own: "kept",
  });
});

test("bodies stream both ways; status, repeated headers and redirects arrive as the worker made them", async () => {
  const request = httpRequest({
    host: "127.0.0.1",
    port: rig.compute.frontPort,
    method: "POST",
    path: "/echo",
    headers: { host: "site.dev.localhost" },
  });
  const answered = once(request, "response");
  request.write("first ");
  const [response] = await answered;
  const [chunk] = await once(response, "data");
  expect(String(chunk)).toBe("first "); // before the request has ended
  expect([response.statusCode, response.headers["x-a"]]).toEqual([201, "1"]);
  request.end("second");
  expect(String((await once(response, "data"))[0])).toBe("second");
  const cookies = await rig.get("site", "/cookies");
  expect([cookies.status, cookies.headers["set-cookie"]]).toEqual([204, ["a=1", "b=2"]]);
  const redirect = await rig.get("site", "/redirect");
  expect([redirect.status, redirect.headers.location]).toEqual([302, "http://elsewhere.localhost/"]);
});

test("a WebSocket goes through", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.compute.frontPort}/ws`, {
    headers: { host: "site.dev.localhost" },
  });
  await once(socket, "open");
  socket.send("hi");
  expect(String((await once(socket, "message"))[0])).toBe("echo hi");
  socket.close();
});

test("a worker that answers an upgrade with a page, or throws, is answered as such", async () => {
  const refused = (path: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${rig.compute.frontPort}${path}`, {
        headers: { host: "site.dev.localhost" },
      });
      socket.on("open", () => reject(new Error("opened")));
      socket.on("error", () => {});
      socket.on("unexpected-response", async (_, response) => {
        let text = "";
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, text: text + JSON.stringify(response.rawHeaders) });
      });
    });
  expect(await refused("/")).toMatchObject({ status: 200, text: expect.stringContaining("hello") });
  const thrown = await refused("/throw");
  expect(thrown).toMatchObject({ status: 500, text: expect.stringContaining("error code: 1101") });
  expect(thrown.text).not.toContain("x-lockstep");
  await expect.poll(() => rig.invocations.map((i) => i.status)).toContain(101);
});

test("an exception becomes Error 1101 for the visitor, and a log line with the stack for the owner", async () => {
  const line = await rig.get("site", "/throw");
  expect([line.status, line.text]).toEqual([500, "error code: 1101\n"]);
  const page = await rig.get("site", "/throw", { accept: "text/html" });
  expect(page.text).toContain("<h1>Error 1101</h1>");
  expect(page.text).not.toContain("on purpose");
  expect((await rig.get("site", "/later")).text).toBe("answered");
  await expect
    .poll(() => rig.logs.map((l) => l.text).join("\n"))
    .toMatch(/Uncaught RangeError: after the answer/);
  const thrown = rig.logs.find((l) => l.text.startsWith("Uncaught TypeError: thrown on purpose"));
  expect(thrown).toMatchObject({
    script: "site",
    version: "00000000-0000-4000-8000-000000000001",
    stream: "stderr",
  });
  expect(thrown?.text).toMatch(/at Object\.fetch \(index\.js:\d+:\d+\)/);
});

test("console output arrives line by line with its stream, and each invocation with its status", async () => {
  await rig.get("site", "/log");
  await expect
    .poll(() => rig.logs.map((l) => `${l.stream} ${l.text}`))
    .toEqual(expect.arrayContaining(["stdout to stdout { a: 1 }", "stderr to stderr"]));
  await rig.get("site", "/throw");
  await rig.get("site", "/cookies");
  await expect
    .poll(() => rig.invocations.slice(-2).map((i) => [i.status, i.exception]))
    .toEqual([
      [500, true],
      [204, false],
    ]);
  expect(rig.invocations.at(-1)?.wallMs).toBeGreaterThan(0);
});

test("hosts that are not served say what is", async () => {
  const { compute } = rig;
  const unknown = await get(compute.frontPort, "nobody.dev.localhost");
  expect(unknown.status).toBe(404);
  expect(unknown.text).toContain(`http://site.dev.localhost:${compute.frontPort}/`);
  expect((await get(compute.frontPort, "site.staging.localhost")).status).toBe(404);
  expect((await get(compute.frontPort, "evil.example.com")).status).toBe(421);
  expect((await get(compute.frontPort, "SITE.DEV.LOCALHOST")).text).toBe("hello");
  compute.setSubdomain(scriptName("site"), false);
  expect(await rig.get("site")).toMatchObject({ status: 404, text: expect.stringContaining("not enabled") });
  compute.setSubdomain(scriptName("site"), true);
  expect((await rig.get("site")).status).toBe(200);
});

test("an upload that does not start is refused in workerd's words, without our paths", async () => {
  const refused = async (code: string): Promise<unknown> =>
    rig.compute.validate(scriptName("bad"), version("bad", code)).catch((e: unknown) => e);
  expect(await refused("throw new Error('top level');")).toMatchObject({
    name: "UploadRejected",
    code: 10021,
    message: "Uncaught Error: top level\n  at index.js:1:7",
  });
  expect(await refused("export default {")).toMatchObject({
    message: expect.stringContaining("SyntaxError"),
  });
  expect(await refused("import './nope.js'; export default { fetch() {} };")).toMatchObject({
    message: expect.stringContaining('No such module "nope.js"'),
  });
  expect(await refused("export const x = {};")).toMatchObject({ code: 10068 });
});

test("validation says what is exported and what was done kindly", async () => {
  const code = `import { WorkerEntrypoint } from "cloudflare:workers";
    export class Api extends WorkerEntrypoint {}
    export default { fetch() {}, queue() {}, other: 1 };`;
  const spec = version("v", code, { compatibilityDate: "2999-01-01" });
  expect(await rig.compute.validate(scriptName("any"), spec)).toMatchObject({
    handlers: ["fetch", "queue"],
    namedHandlers: [{ name: "Api", handlers: ["class"] }],
    warnings: [expect.stringContaining("2999-01-01")],
  });
});

test("a version with a later compatibility date than this runtime knows still serves", async () => {
  const code = "export default { fetch: () => new Response('late') };";
  await rig.deploy("late", version("l1", code, { compatibilityDate: "2999-01-01" }));
  expect((await rig.get("late")).text).toBe("late");
});
