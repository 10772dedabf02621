import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** A release in steps, each by data in the stack's configuration and one `up`. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];
const key = 'lockstep:rollout["dome/dome-api"]';
const set = (path: string, value: string) =>
  project.pulumi(["config", "set", "--path", `${key}.${path}`, value, "--stack", "dev"]);

const deployments = z.object({
  deployments: z.array(
    z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
  ),
});

/** Version → percentage, of what serves now. */
async function serving(): Promise<Record<string, number>> {
  const { deployments: all } = deployments.parse(
    await project.api("dev", "GET", "/workers/scripts/dome-api-dev/deployments"),
  );
  return Object.fromEntries(
    (all[0]?.versions ?? []).map(({ version_id, percentage }) => [version_id, percentage]),
  );
}

let stable = "";

test("a new version gets the part of the requests that the configuration says", async () => {
  await project.pulumi(up);
  [stable = ""] = Object.keys(await serving());
  await set("stable", stable);
  await set("percent", "10");
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("title must be", "the title must be"),
  );
  const first = await project.pulumi(up);
  expect(first.code, first.out).toBe(0);
  expect(Object.values(await serving()).sort()).toEqual([10, 90]);
  expect((await serving())[stable]).toBe(90);
});

test("more of them with the next step, and no step is seen as a change twice", async () => {
  await set("percent", "50");
  expect((await project.pulumi(up)).code).toBe(0);
  expect((await serving())[stable]).toBe(50);
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]);
  expect(preview.code, preview.out).toBe(0);
});

test("a rollback gives all of them back to the stable version", async () => {
  await set("percent", "0");
  expect((await project.pulumi(up)).code).toBe(0);
  expect(await serving()).toEqual({ [stable]: 100 });
});

test("without a rollout all go to the new version", async () => {
  await project.pulumi(["config", "rm", "--path", key, "--stack", "dev"]);
  expect((await project.pulumi(up)).code).toBe(0);
  const now = await serving();
  expect(Object.values(now)).toEqual([100]);
  expect(now[stable]).toBeUndefined();
});

test("code that does not start is told with its line in the sources, and the version before it serves on", async () => {
  project.edit("workers/dome/dome-api/index.ts", (text) => `${text}\nthrow new Error("not today");\n`);
  const bad = await project.pulumi(up);
  expect(bad.code).not.toBe(0);
  expect(bad.out).toMatch(/where: +workers\/dome\/dome-api\/index\.ts:\d+/);
  expect(bad.out).toContain("not today");
  expect(Object.values(await serving())).toEqual([100]);
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace('\nthrow new Error("not today");\n', ""),
  );
});

test("a worker that does not answer after its deployment stops the up", async () => {
  await project.pulumi(["config", "set", "lockstep:smoke", "true", "--stack", "dev"]);
  const good = await project.pulumi(up);
  expect(good.code, good.out).toBe(0);
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace('case "GET /health":', 'case "GET /healthy":'),
  );
  const bad = await project.pulumi(up);
  expect(bad.code).not.toBe(0);
  expect(bad.out).toMatch(/\/health answered 404 10 times/);
});
