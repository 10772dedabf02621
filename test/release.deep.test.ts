import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** Releases in steps, driven by the command, against the real traffic of the embedded Cloudflare. */
let project: Clone;
let visiting = true;
const visitors: Promise<void>[] = [];
const path = "/health";

const plan = `{ release: {
  steps: [{ percent: 50, soakSeconds: 2 }, { percent: 100, soakSeconds: 1 }],
  gates: [errorRate({ below: 0.05, minimumRequests: 20 }), latency({ percentile: 95, belowMs: 2000, minimumRequests: 20, warmUpSeconds: 1 })],
  intervalSeconds: 1, ingestionSeconds: 1, patienceSeconds: 60,
} }`;

beforeAll(async () => {
  project = await clone();
  project.edit("src/systems/dome.ts", (text) =>
    text
      .replace(/(export const dome = system\("dome", \[[^\]]*\])\)/, `$1, ${plan})`)
      .replace(/import \{/, 'import { errorRate, latency } from "../declare/index.ts";\nimport {'),
  );
  const up = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  const visit = async (): Promise<void> => {
    while (visiting) {
      await project.visit("dome-api-dev.dev.localhost", path).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  for (let i = 0; i < 2; i++) visitors.push(visit());
});
afterAll(async () => {
  visiting = false;
  await Promise.all(visitors);
  await project.remove();
});

const deployments = z.object({
  deployments: z.array(
    z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
  ),
});
const serving = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      deployments.parse(await project.api("dev", "GET", "/workers/scripts/dome-api-dev/deployments"))
        .deployments[0]?.versions ?? []
    ).map(({ version_id, percentage }) => [version_id, percentage]),
  );

const line = z.looseObject({ kind: z.string() });
const linesOf = (out: string) =>
  out
    .split("\n")
    .filter((each) => each.startsWith("{"))
    .map((each) => line.parse(JSON.parse(each)));
const release = (...options: readonly string[]) =>
  project.just(["release", "dev", "--yes", "--json", ...options]);
const noChanges = async (): Promise<void> => {
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]);
  expect(preview.code, preview.out).toBe(0);
};

test("a good version reaches everybody, step by step, and the stack's state is true at the end", async () => {
  const before = Object.keys(await serving());
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("title must be", "the title must be"),
  );
  const done = await release();
  expect(done.code, done.out).toBe(0);
  expect(
    linesOf(done.out)
      .map(({ kind }) => kind)
      .filter((kind) => kind !== "measured"),
  ).toEqual([
    ...[
      "begun",
      "prepared",
      "deploying",
      "deployed",
      "passed",
      "deploying",
      "deployed",
      "passed",
      "finished",
    ],
  ]);
  const now = await serving();
  expect(Object.values(now)).toEqual([100]);
  expect(Object.keys(now)).not.toEqual(before);
  await noChanges();
});

test("a version that fails goes back to the stable one by itself, with the figures as the reason", async () => {
  const before = await serving();
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(
      'case "GET /health":',
      'case "GET /health":\n        if (Math.random() < 0.5) return new Response("no", { status: 503 });',
    ),
  );
  const done = await release();
  expect(done.code, done.out).toBe(2);
  const lines = linesOf(done.out);
  expect(lines.at(-1)?.kind).toBe("aborted");
  expect(lines.find(({ kind }) => kind === "aborting")?.["reason"]).toMatch(
    /dome\/dome-api error-rate: \d+\.\d+ % of \d+ requests failed/,
  );
  expect(await serving()).toEqual(before);
  await noChanges();
});

const back = (...words: readonly string[]) => project.just(["rollback", "dev", ...words, "--yes"]);

test("a rollback brings the version before the last release back within a minute, and says what it rests on", async () => {
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(/\n\s*if \(Math.random\(\) < 0.5\) return new Response\("no", \{ status: 503 \}\);/, ""),
  );
  const done = await release();
  expect(done.code, done.out).toBe(0);
  const fresh = await serving();
  const begun = Date.now();
  const rolled = await back();
  expect(rolled.code, rolled.out).toBe(0);
  expect(Date.now() - begun).toBeLessThan(60_000);
  expect(rolled.out).toMatch(/dome\/dome-api on dome\/dome-meta: all \d+ statements/);
  const now = await serving();
  expect(Object.values(now)).toEqual([100]);
  expect(now).not.toEqual(fresh);
  await noChanges();
  const again = await back();
  expect(again.code).toBe(1);
  expect(again.out).toContain("There is nothing to go back to in dev");
});
