import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, clone } from "./clone.ts";

/** The whole way once, on the real engine: what else people do with a stack is in the deep tests. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];

test("a stack that was never up is previewed and comes up, and its workers answer each other", async () => {
  // With its preview: nothing of it may wait for an id that is not known yet.
  const { code, out } = await project.pulumi(up.filter((word) => word !== "--skip-preview"));
  expect(out).not.toContain("error:");
  expect(code).toBe(0);
  const health = await project.visit("dome-api-dev.dev.localhost", "/health");
  expect(JSON.parse(health.text)).toEqual({ ok: true, version: "0.1.0", environment: "dev" });
  const stored = await project.visit("dome-api-dev.dev.localhost", "/notes", {
    title: "Tides",
    text: "The moon pulls the sea.",
  });
  expect(stored.status).toBe(201);
  expect((await project.visit("dome-api-dev.dev.localhost", "/notes")).text).toContain(
    "The moon pulls the sea.",
  );
});

test("a second up has nothing to do", async () => {
  const second = await project.pulumi(up);
  expect(second.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  expect(second.code).toBe(0);
});

test("no secret of the embedded Cloudflare is in the state in clear", () => {
  const state = readFileSync(
    join(project.folder, ".lockstep/state/.pulumi/stacks/lockstep/dev.json"),
    "utf8",
  );
  expect(state).not.toContain(project.embedded.token);
  expect(state).not.toContain(project.folder);
});
