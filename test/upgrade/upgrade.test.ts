import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clone } from "../clone.ts";
import { bringBack } from "./recording.ts";
import { ask, expectUnchanged } from "./unchanged.ts";

/** What an earlier version left, and this version in its place; all of it is in the sweep. */
let project: Clone;
beforeAll(async () => {
  project = await bringBack("2026-11-first");
});
afterAll(() => project.remove());

test(
  "a stack that the first version brought up has nothing to change, answers with its data, and can be destroyed",
  { timeout: 300_000 },
  async () => {
    await expectUnchanged(project, "dev");
    expect(await ask(project, "dome-api-dev.dev", "/notes")).toMatchObject([
      { title: "Bread" },
      { title: "Tides" },
    ]);
    const destroyed = await project.just(["destroy-dev", "--empty-buckets", "--yes"]);
    expect(destroyed.code, destroyed.out).toBe(0);
    expect(await project.api("dev", "GET", "/d1/database")).toEqual([]);
    expect(await project.api("dev", "GET", "/vectorize/v2/indexes")).toEqual([]);
  },
);
