import { expect } from "vitest";
import type { Clone } from "../clone.ts";

/** The engine looks at every resource and finds nothing to do. */
export async function expectUnchanged(project: Clone, stage: string): Promise<void> {
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--diff", "--stack", stage]);
  expect(preview.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  expect(preview.code, preview.out).toBe(0);
}

/** What a worker answers, as JSON. */
export async function ask(project: Clone, worker: string, path: string): Promise<unknown> {
  const { status, text } = await project.visit(`${worker}.localhost`, path);
  expect(status, text).toBe(200);
  return JSON.parse(text);
}
