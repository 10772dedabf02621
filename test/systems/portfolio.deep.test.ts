import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, clone } from "../clone.ts";

/** Both stages of portfolio in one account of the embedded Cloudflare, as on a real one. Each test after the one before. */
let project: Clone;
const log: string[] = [];
beforeAll(async () => {
  project = await clone({ systems: ["portfolio"], log: (line) => log.push(line) });
});
afterAll(() => project.remove());

const up = async (stage: string): Promise<string> => {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", stage]);
  expect(code, out).toBe(0);
  return out;
};
const unchanged = async (stage: string): Promise<void> => {
  const { code, out } = await project.pulumi([
    "up",
    "--yes",
    "--skip-preview",
    "--expect-no-changes",
    "--stack",
    stage,
  ]);
  expect(code, out).toBe(0);
};

test("prod comes up first, as it owns the bucket, and staging beside it", async () => {
  await up("prod");
  await up("staging");
});

test("a second up of either changes nothing", async () => {
  await unchanged("prod");
  await unchanged("staging");
});
