import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { bundle } from "../../src/bundle/build.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { ask } from "../start/http.ts";
import { linesOf, type Said } from "../tail/event.ts";
import { listen } from "../tail/listen.ts";
import { type Account, call, openTail } from "./api.ts";
import type { DevWorker } from "./chosen.ts";
import { liveOf } from "./release.ts";
import { type Session, session } from "./session.ts";
import { type Watcher, watchSources } from "./watch.ts";

const worker: DevWorker = {
  name: "hello",
  script: "hello-dev",
  source: { main: "workers/hello/index.ts" },
  hasUrl: true,
};
const source = (greeting: string): string => `
import { DurableObject } from "cloudflare:workers";
import { name } from "./name.ts";

type Env = { SECRET: string; COUNTER: DurableObjectNamespace<Counter> };
export class Counter extends DurableObject {
  async next(): Promise<number> {
    const n = ((await this.ctx.storage.get<number>("n")) ?? 0) + 1;
    await this.ctx.storage.put("n", n);
    return n;
  }
}
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    console.log("answering", { path: new URL(request.url).pathname });
    if (request.url.endsWith("/throw")) throw new Error("as asked");
    const n = await env.COUNTER.getByName("one").next();
    return new Response(\`${greeting} \${name}, \${env.SECRET.length}, \${n}\`);
  },
};
`;

let embedded: Embedded;
let account: Account;
let root: string;
let loop: Session;
let watcher: Watcher;
let stackVersion: string;
const told: string[] = [];
const said: Said[] = [];
const ending = new AbortController();

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const visit = async (path = "/"): Promise<string> =>
  (await ask({ host: "hello-dev.dev.localhost", port: embedded.frontPort }, path)).text;
const live = async () => (await liveOf(account, "hello-dev")) ?? { versionId: "", stackVersionId: "" };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lockstep-dev-"));
  write("workers/hello/index.ts", source("hello"));
  write("workers/hello/name.ts", 'export const name = "world";\n');
  embedded = await startEmbedded({ log: logInternalErrors, dataDir: join(root, "data") });
  account = { api: embedded.api, token: embedded.token, id: embedded.accounts[0]?.id ?? "" };
  const options = {
    root,
    place: placeOfTarget("dev", "embedded", process.cwd()),
    workers: [worker],
    account: () => account,
    onInputs: (files: readonly string[]) => watcher.follow(files),
    tell: {
      done: (_: DevWorker, text: string) => void told.push(text),
      failed: (_: DevWorker, text: string) => void told.push(text),
    },
  };
  watcher = watchSources(
    root,
    (sinceMs) => void loop.bring(sinceMs),
    (text) => void told.push(text),
  );
  loop = session(options);
});
afterAll(async () => {
  ending.abort();
  await watcher.close();
  await embedded.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 10 });
});

test("a worker that was never deployed is named, with what to do", async () => {
  await loop.bring(performance.now());
  expect(told.at(-1)).toContain("hello is not deployed");
  expect(told.at(-1)).toContain("just pulumi-up dev");
});

test("the code that serves already is no new version", async () => {
  const made = await bundle(worker.source, root);
  await call(account, "POST", "/workers/workers", { name: "hello-dev", subdomain: { enabled: true } });
  await call(account, "POST", "/workers/workers/hello-dev/versions?deploy=true", {
    main_module: made.bundle.mainModule,
    compatibility_date: "2026-05-05",
    compatibility_flags: ["nodejs_compat"],
    modules: made.bundle.modules.map(({ name, contentType, contentFile }) => ({
      name,
      content_type: contentType,
      content_base64: readFileSync(join(root, contentFile)).toString("base64"),
    })),
    bindings: [
      { name: "SECRET", type: "secret_text", text: "four" },
      { name: "COUNTER", type: "durable_object_namespace", class_name: "Counter" },
    ],
    exports: { Counter: { type: "durable-object", storage: "sqlite" } },
  });
  stackVersion = (await live()).versionId;
  expect(await visit()).toBe("hello world, 4, 1");
  await loop.bring(performance.now());
  expect(told.at(-1)).toBe(`version ${stackVersion.slice(0, 8)} serves this code`);
  expect((await live()).versionId).toBe(stackVersion);
});

test("a saved file serves a moment later, with the bindings, secrets, settings and objects of the version before", async () => {
  write("workers/hello/name.ts", 'export const name = "you";\n');
  await expect.poll(() => visit()).toMatch(/^hello you, 4, \d+$/);
  const now = await live();
  expect(now.stackVersionId).toBe(stackVersion);
  // It may serve a moment before the loop has heard so.
  await expect
    .poll(() => told.at(-1))
    .toMatch(new RegExp(`^version ${now.versionId.slice(0, 8)} in \\d+\\.\\d s$`));
  expect(Number(/\d+$/.exec(await visit())?.[0])).toBeGreaterThan(1);
  const shown = await call(account, "GET", `/workers/workers/hello-dev/versions/${now.versionId}`);
  expect(shown).toMatchObject({
    compatibility_date: "2026-05-05",
    compatibility_flags: ["nodejs_compat"],
    bindings: [
      { name: "COUNTER", class_name: "Counter" },
      { name: "SECRET", type: "secret_text" },
    ],
  });
});

test("a file that is new, in a folder that is new, counts as soon as it is imported", async () => {
  write("workers/hello/more/deep/name.ts", 'export const name = "deep";\n');
  write("workers/hello/name.ts", 'export { name } from "./more/deep/name.ts";\n');
  await expect.poll(() => visit()).toContain("hello deep");
  write("workers/hello/more/deep/name.ts", 'export const name = "deeper";\n');
  await expect.poll(() => visit()).toContain("hello deeper");
});

test("what does not compile is told with its line, once, and the version before serves on", async () => {
  const before = (await live()).versionId;
  write("workers/hello/name.ts", "export const = 1;\n");
  await expect.poll(() => told.at(-1)).toContain("workers/hello/name.ts:1");
  const count = told.length;
  await loop.bring(performance.now());
  expect(told.length).toBe(count);
  expect(await visit()).toContain("hello deeper");
  expect((await live()).versionId).toBe(before);
});

test("what workerd refuses is told with its line in the source, and the version before serves on", async () => {
  write(
    "workers/hello/name.ts",
    'export const name: string = "x";\n\nconst none: unknown = undefined;\n(none as { go(): void }).go();\n',
  );
  await expect.poll(() => told.at(-1)).toMatch(/was refused; the version before it goes on serving/);
  expect(told.at(-1)).toContain("where:    workers/hello/name.ts:4");
  expect(told.at(-1)).toContain("TypeError");
  expect(await visit()).toContain("hello deeper");
});

test("mended code serves, and the stack's own code is the stack's own version again", async () => {
  write("workers/hello/name.ts", 'export const name = "mended";\n');
  await expect.poll(() => visit()).toContain("hello mended");
  write("workers/hello/name.ts", 'export const name = "world";\n');
  await expect.poll(async () => (await live()).versionId).toBe(stackVersion);
});

test("logs and exceptions come as they happen, with places in the sources, from every new version", async () => {
  void listen({
    open: () => openTail(account, "hello-dev"),
    onEvent: (told) => said.push(...linesOf(told, loop.positions(told.scriptVersion?.id ?? ""))),
    onState: () => undefined,
    signal: ending.signal,
  });
  await expect.poll(() => visit().then(() => said.length)).toBeGreaterThan(0);
  expect(said[0]).toEqual({ level: "log", text: "answering { path: '/' }" });
  write("workers/hello/index.ts", `\n\n${source("good day")}`);
  await expect.poll(() => visit()).toContain("good day");
  const { versionId } = await live();
  await expect.poll(() => told.at(-1)).toContain(versionId.slice(0, 8));
  await visit("/throw");
  await expect
    .poll(() => said.find(({ level }) => level === "error")?.text)
    .toMatch(/^Uncaught Error: as asked\n\s+at .*workers\/hello\/index\.ts:18:\d+/);
});

test("at the end the stack's version serves again, also after a loop that was killed", async () => {
  expect((await live()).versionId).not.toBe(stackVersion);
  const later = session({
    root,
    place: placeOfTarget("dev", "embedded", process.cwd()),
    workers: [worker],
    account: () => account,
    onInputs: () => undefined,
    tell: { done: (_, text) => void told.push(text), failed: (_, text) => void told.push(text) },
  });
  await later.end();
  expect((await live()).versionId).toBe(stackVersion);
  expect(told.at(-1)).toBe(`version ${stackVersion.slice(0, 8)} again, the stack's own`);
  expect(await call(account, "GET", "/workers/workers/hello-dev/versions")).toMatchObject([
    { id: stackVersion },
  ]);
  const count = told.length;
  await loop.end();
  expect(told.length).toBe(count);
});

test("nothing is deployed into a rollout, nor on top of a version that was uploaded and never deployed", async () => {
  const uploaded = await call(account, "POST", "/workers/workers/hello-dev/versions", {
    main_module: "index.js",
    compatibility_date: "2026-05-05",
    modules: [
      {
        name: "index.js",
        content_type: "application/javascript+module",
        content_base64: btoa(
          "export class Counter {}; export default { fetch: () => new Response('other') }",
        ),
      },
    ],
    bindings: [],
  });
  write("workers/hello/name.ts", 'export const name = "late";\n');
  await expect.poll(() => told.at(-1)).toContain("is not the one that serves");
  const { id } =
    uploaded !== null && typeof uploaded === "object" && "id" in uploaded ? uploaded : { id: "" };
  await call(account, "POST", "/workers/scripts/hello-dev/deployments?force=true", {
    strategy: "percentage",
    versions: [
      { version_id: stackVersion, percentage: 90 },
      { version_id: id, percentage: 10 },
    ],
  });
  await loop.bring(performance.now());
  expect(told.at(-1)).toContain("A rollout of hello-dev is under way");
});

test("a process that is gone is named; when it is back, on other ports too, saving and logs go on", async () => {
  const states: (string | undefined)[] = [];
  const heard: Said[] = [];
  void listen({
    open: () => openTail(account, "hello-dev"),
    onEvent: (told) => heard.push(...linesOf(told, loop.positions(told.scriptVersion?.id ?? ""))),
    onState: (trouble) => states.push(trouble),
    signal: ending.signal,
  });
  await call(account, "POST", "/workers/scripts/hello-dev/deployments?force=true", {
    strategy: "percentage",
    versions: [{ version_id: stackVersion, percentage: 100 }],
  });
  await expect.poll(() => visit().then(() => heard.length)).toBeGreaterThan(0);
  await embedded.close();
  await expect.poll(() => states[0]).toBe("The connection to its logs was lost");
  write("workers/hello/name.ts", 'export const name = "gone";\n');
  await expect.poll(() => told.at(-1)).toContain("The embedded Cloudflare does not answer");

  embedded = await startEmbedded({ log: logInternalErrors, dataDir: join(root, "data"), port: 0 });
  account = { ...account, api: embedded.api };
  await expect.poll(() => states.at(-1)).toBeUndefined();
  heard.length = 0;
  await expect.poll(() => visit().then(() => heard.length)).toBeGreaterThan(0);
  write("workers/hello/index.ts", source("hello"));
  write("workers/hello/name.ts", 'export const name = "world";\n');
  await expect.poll(() => told.at(-1)).toContain("serves this code");
});
