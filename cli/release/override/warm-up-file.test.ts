import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import project from "../../../project.ts";
import { system, worker } from "../../../src/declare/index.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { requestOf } from "../request.ts";
import { warmUpIn } from "./warm-up-file.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-warm-up-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = { main: "workers/api/index.ts", compatibilityDate: "2026-06-01" };
const [api, site] = [worker("api", settings), worker("site", settings)];
const shop = system("shop", [api, site], {
  release: {
    steps: [{ percent: 100, soakSeconds: 0 }],
    warmUp: { requests: [{ worker: api, path: "/planned" }], perSecond: 20, total: 2 },
  },
});
const [stage] = project.stages;
const urls = { "shop/api": "https://example.com/api/", "shop/site": "https://example.com/" };

function read(text: string | Buffer, addresses: Readonly<Record<string, string>> = urls) {
  if (stage === undefined) throw new Error("no stage");
  writeFileSync(join(folder, "urls.txt"), text);
  return warmUpIn("urls.txt", folder, { stage, systems: [shop], urls: addresses });
}
function refused(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.diagnostic, ...error.others].map(({ what, where, got }) => `${where} | ${what} | ${got}`);
  }
  throw new Error("was not refused");
}

test("each address goes to the worker that answers there, at its plan's rate, and is asked at least once", () => {
  const text =
    "# people ask these\r\nhttps://example.com/api/notes?limit=1\r\n\n  https://EXAMPLE.com/\nhttps://example.com/apiary\nhttps://example.com/logo.svg";
  expect(read(text)).toEqual({
    file: "urls.txt",
    warmUps: [
      { requests: [{ worker: "shop/api", path: "/api/notes?limit=1" }], perSecond: 20, total: 2 },
      {
        requests: ["/", "/apiary", "/logo.svg"].map((path) => ({ worker: "shop/site", path })),
        ...{ perSecond: 20, total: 3 },
      },
    ],
  });
});

test("a path is enough where the stage has one address, and there alone", () => {
  const { warmUps } = read("/health", { "shop/api": "https://example.com/" });
  expect(warmUps[0]?.requests).toEqual([{ worker: "shop/api", path: "/health" }]);
  expect(refused(() => read("/health"))).toEqual([
    "urls.txt:1 | A path does not say which worker is asked | /health",
  ]);
});

test("every line that asks no worker of the stage is refused, with its place", () => {
  const lines = [
    "https://elsewhere.com/",
    "https://me:pw@example.com/",
    "health",
    "//example.com/",
    "\u0000\u001b[2J",
  ];
  const found = refused(() => read(`https://example.com/\n${lines.join("\n")}`));
  expect(found.map((each) => each.split(" | ")[0])).toEqual(
    [2, 3, 4, 5, 6].map((line) => `urls.txt:${line}`),
  );
  expect(found[0]).toContain("A warm-up request that is not to a worker of dev");
  expect(refused(() => read("https://example.com/", {}))).toHaveLength(1);
  expect(refused(() => read(`https://example.com/${"x".repeat(3_000)}`))[0]).toMatch(/too long \| 3020 char/);
});

test("a file that is missing, a folder, empty or endless is refused", () => {
  if (stage === undefined) throw new Error("no stage");
  const warmed = { stage, systems: [shop], urls };
  expect(refused(() => warmUpIn("none.txt", folder, warmed))[0]).toMatch(/^--warm-up none\.txt .*ENOENT/);
  expect(refused(() => warmUpIn(".", folder, warmed))[0]).toContain("EISDIR");
  expect(refused(() => read("# nothing\n"))[0]).toContain("0 requests");
  expect(refused(() => read("https://example.com/\n".repeat(201)))[0]).toContain("201 requests");
  expect(refused(() => read(Buffer.alloc(1_000_001)))[0]).toContain("1000001 bytes");
});

test("a file is named where a release begins, and nowhere else", () => {
  expect(requestOf(["dev", "--warm-up", "urls.txt"], project).warmUp).toBe("urls.txt");
  const frozen = ["dev", "--promote", "--reason", "it burns", "--warm-up", "urls.txt"];
  expect(requestOf(frozen, project)).toMatchObject({ wish: "promote", warmUp: "urls.txt" });
  expect(refused(() => requestOf(["dev", "--resume", "--warm-up", "urls.txt"], project))[0]).toContain(
    "keeps the warm-up that it began with",
  );
});
