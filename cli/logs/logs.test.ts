import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import project from "../../project.ts";
import { call } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { ask } from "../start/http.ts";
import { listen } from "../tail/listen.ts";
import { type Entry, entryJson, isWanted } from "./entry.ts";
import { entriesOf } from "./from-tail.ts";
import { chosen, openedTail } from "./logs.ts";
import { withoutSecrets } from "./mask.ts";
import { paintedEntry } from "./paint.ts";
import { past } from "./past.ts";
import { durationOf, requestOf } from "./request.ts";

test("the worker that writes the backups is heard with the others, and by the name that it has at Cloudflare", () => {
  const [stage] = project.stages;
  if (stage === undefined) throw new Error("no stage");
  const backups = { name: "lockstep/backup", script: "lockstep-backup-dev" };
  expect(chosen(project.systems, stage, undefined)).toContainEqual(backups);
  for (const name of ["lockstep/backup", "lockstep-backup-dev"])
    expect(chosen(project.systems, stage, name)).toEqual([backups]);
  expect(() => chosen(project.systems, stage, "nobody")).toThrow("No system declares this worker");
});

describe("on the embedded Cloudflare", () => {
  let folder: string;
  let embedded: Embedded;
  let api: Connection;
  let account: string;
  const worker = { name: "shop/api", script: "api-dev" };
  const visit = (path: string) =>
    ask({ host: "api-dev.dev.localhost", port: embedded.frontPort }, path).catch(() => undefined);
  const all = { errors: false, search: undefined };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lockstep-logs-"));
    embedded = await startEmbedded({ log: logInternalErrors, dataDir: folder });
    api = { baseUrl: embedded.api, token: embedded.token };
    account = embedded.accounts.find(({ name }) => name === "dev")?.id ?? "";
    const workers = `/accounts/${account}/workers/workers`;
    await call(api, "POST", workers, {
      name: "api-dev",
      subdomain: { enabled: true },
      observability: { enabled: true },
    });
    const code = `export default { fetch(request) {
      console.log("asked", { by: "someone" }, "token=Zm9vYmFyYmF6cXV4MTIz");
      if (request.url.includes("throw")) throw new Error("as asked");
      return new Response("here");
    } };`;
    await call(api, "POST", `${workers}/api-dev/versions?deploy=true`, {
      main_module: "index.js",
      compatibility_date: "2026-01-01",
      modules: [
        {
          name: "index.js",
          content_type: "application/javascript+module",
          content_base64: Buffer.from(code).toString("base64"),
        },
      ],
    });
  });
  afterAll(async () => {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test("what comes is heard, what was is read, in the same words and without secrets", async () => {
    const ending = new AbortController();
    const heard: Entry[] = [];
    const listening = listen({
      open: () => openedTail(api, account, worker.script),
      onEvent: (told) => heard.push(...entriesOf(worker.name, told, Date.now())),
      onState: () => undefined,
      signal: ending.signal,
    });
    await expect.poll(() => visit("/a?page=2").then(() => heard.length)).toBeGreaterThan(0);
    await visit("/throw");
    await expect.poll(() => heard.map(({ text }) => text)).toContain("GET /throw exception");
    ending.abort();
    await listening;
    expect(heard.slice(0, 2).map(({ kind, text }) => [kind, text])).toEqual([
      ["invocation", "GET /a?page=2 200"],
      ["line", "asked { by: 'someone' } token=[secret]"],
    ]);
    expect(heard.find(({ text }) => text.startsWith("Uncaught"))).toMatchObject({ level: "error" });
    const time = () => ({ fromMs: Date.now() - 3_600_000, toMs: Date.now() });
    const read = () => past(api, account, [worker], all, time());
    await expect
      .poll(() => read().then(({ entries }) => entries.map(({ text }) => text)))
      .toEqual(expect.arrayContaining(["GET /a 200", "GET /throw 500 exception"]));
    const found = JSON.stringify(await read());
    expect(found).toContain("token=[secret]");
    expect(found).not.toContain("Zm9v");
    const errors = await past(api, account, [worker], { errors: true, search: undefined }, time());
    expect(errors.entries.every(({ level }) => level === "error")).toBe(true);
    expect(errors.entries.length).toBeGreaterThan(0);
    const elsewhere = { name: "shop/web", script: "web-dev" };
    expect((await past(api, account, [elsewhere], all, time())).entries).toEqual([]);
  });
});

test("what is a secret by its name or its form is masked, and ordinary words are not", () => {
  const kept = [
    "GET /orders?page=2&sort=name 200",
    "the token is missing",
    "password: required",
    'user={"id":5,"name":"mia"}',
    "version 47fdc178-aaaa-4bbb-8ccc-123456789012 serves",
    "max tokens: 400",
  ];
  for (const text of kept) expect(withoutSecrets(text)).toBe(text);
  const stripe = ["sk", "live", "51Hxyz0123456789abc"].join("_");
  for (const [text, masked] of [
    ["GET /in?token=abc123def&x=1 200", "GET /in?token=[secret]&x=1 200"],
    ['{"password":"hunter2","user":"mia"}', '{"password":"[secret]","user":"mia"}'],
    ["Authorization: Bearer abc.def-ghi_jkl", "Authorization: [secret] [secret]"],
    [`charged with ${stripe}.`, "charged with [secret]"],
    ["postgres://app:hunter2@db.example/x", "postgres://app:[secret]@db.example/x"],
  ] as const)
    expect(withoutSecrets(text)).toBe(masked);
});

const entry: Entry = {
  ...{ atMs: new Date(2026, 10, 30, 9, 5, 7).getTime(), worker: "shop/api", kind: "line" },
  ...{ level: "error", text: "no\n  at x", version: undefined },
};

test("each line has time, worker and a mark that is seen without colours; a machine gets an object a line", () => {
  const plain = paintedEntry(["shop/api", "shop/web-app"], false);
  expect(plain(entry)).toBe("11-30 09:05:07 shop/api     ! no\n11-30 09:05:07 shop/api     !   at x\n");
  expect(plain({ ...entry, kind: "invocation", level: "info", text: "GET /" })).toContain(" → GET /");
  expect(paintedEntry(["shop/api"], true)(entry)).toContain("\u001b[36mshop/api\u001b[0m");
  expect(JSON.parse(entryJson(entry))).toMatchObject({ worker: "shop/api", level: "error" });
});

test("errors and a word may be asked for alone", () => {
  expect(isWanted(entry, { errors: true, search: "NO" })).toBe(true);
  expect(isWanted(entry, { errors: false, search: "yes" })).toBe(false);
  expect(isWanted({ ...entry, level: "warn" }, { errors: true, search: undefined })).toBe(false);
});

test("a time is a number with its unit, of at most the week that Cloudflare keeps", () => {
  expect(durationOf("90s")).toBe(90_000);
  expect(durationOf("7d")).toBe(604_800_000);
  for (const text of ["", "0m", "8d", "2 h", "h", "1y", "-1h"])
    expect(() => durationOf(text), text).toThrow(/at most 7d/);
});

test("without a time it listens, with one it reads, and does both when told so", () => {
  expect(requestOf(["prod", "api"], project)).toMatchObject({
    worker: "api",
    follow: true,
    sinceMs: undefined,
  });
  expect(requestOf(["prod", "--since", "2h"], project)).toMatchObject({ follow: false, sinceMs: 7_200_000 });
  expect(requestOf(["--since=2h", "--follow"], project)).toMatchObject({
    stage: { name: "dev" },
    follow: true,
  });
  for (const args of [["nowhere"], ["dev", "a", "b"], ["dev", "--tail"], ["dev", "--target", "aws"]])
    expect(() => requestOf(args, project), args.join(" ")).toThrow();
});
