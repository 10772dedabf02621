import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Clone } from "../clone.ts";
import { bringBack, recordings } from "./recording.ts";
import { ask, expectUnchanged } from "./unchanged.ts";

const all = readdirSync(recordings, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const unchanged = /Resources:\n {4}\d+ unchanged\n/;
const deployments = z.object({
  deployments: z.array(
    z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
  ),
});

/** What each stage of a recording was left with: see `scripts/record-upgrade.ts`. */
const left = {
  dev: {
    api: "dome-api-dev.dev",
    notes: ["Bread", "Tides"],
    silo: "silo-dev",
    applied: 3,
    visitors: "left-dev.dev",
  },
  staging: {
    api: "dome-api-staging.staging",
    notes: ["Tides"],
    silo: "silo-staging",
    applied: 2,
    visitors: "left-staging.staging",
  },
  prod: { api: "dome-api.prod", notes: ["Tides"], silo: "silo", applied: 3, visitors: undefined },
} as const;
const stages = ["dev", "staging", "prod"] as const;

describe.each(all)("on what was recorded as %s", (recording) => {
  let project: Clone;
  beforeAll(async () => {
    project = await bringBack(recording);
  });
  afterAll(() => project.remove());

  test.each(stages)("the preview of %s finds nothing to change, and an up changes nothing", async (stage) => {
    await expectUnchanged(project, stage);
    const up = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", stage]);
    expect(up.out).toMatch(unchanged);
    expect(up.code, up.out).toBe(0);
  });

  test.each(stages)("what %s holds is there: rows, objects, the files that were applied", async (stage) => {
    const { api, notes, silo, applied, visitors } = left[stage];
    expect(await ask(project, api, "/notes")).toMatchObject(notes.map((title) => ({ title })));
    const databases = z
      .array(z.object({ uuid: z.string(), name: z.string() }))
      .parse(await project.api(stage, "GET", "/d1/database"));
    const id = databases.find(({ name }) => name === silo)?.uuid;
    const ledger = await project.api(stage, "POST", `/d1/database/${id}/query`, {
      sql: "SELECT name FROM d1_migrations ORDER BY id",
    });
    expect(ledger).toMatchObject([{ results: Array.from({ length: applied }, () => ({})) }]);
    if (visitors !== undefined)
      expect(await ask(project, visitors, "/visitors")).toMatchObject({ greeting: "hello", count: 2 });
  });

  test("the rollout that was under way in dev goes on with the same two versions", async () => {
    const serving = deployments.parse(
      await project.api("dev", "GET", "/workers/scripts/dome-api-dev/deployments"),
    );
    expect(serving.deployments[0]?.versions.map(({ percentage }) => percentage).sort()).toEqual([25, 75]);
  });

  test.each(stages)("a refresh of %s finds everything as the state says", async (stage) => {
    const refresh = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", stage]);
    expect(refresh.out).toMatch(unchanged);
    expect(refresh.code, refresh.out).toBe(0);
    await expectUnchanged(project, stage);
  });

  test("the contract that waited in staging can be opened, and runs", async () => {
    const opened = await project.just(["db", "contract", "staging"]);
    expect(opened.out).toContain("open through 0003_drop_language.sql");
    const up = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "staging"]);
    expect(up.code, up.out).toBe(0);
    await expectUnchanged(project, "staging");
  });

  test.each([
    "dev",
    "staging",
  ])("%s can be destroyed, although its state names files of that version", async (stage) => {
    const destroyed = await project.just(["pulumi-destroy", stage, "--empty-buckets", "--yes"]);
    expect(destroyed.code, destroyed.out).toBe(0);
    expect(await project.api(stage, "GET", "/d1/database")).toEqual([]);
    expect(await project.api(stage, "GET", "/vectorize/v2/indexes")).toEqual([]);
  });

  test("prod is still protected", async () => {
    const destroyed = await project.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "prod"]);
    expect(destroyed.code).not.toBe(0);
    expect(destroyed.out).toMatch(/protect/);
    await expectUnchanged(project, "prod");
  });
});
