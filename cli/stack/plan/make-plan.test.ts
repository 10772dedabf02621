import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makePlan } from "./make-plan.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-make-plan-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A pulumi that writes a plan which everybody may read, as the real one does. */
function pulumi(rest: string): void {
  writeFileSync(
    join(root, "pulumi"),
    `#!/bin/sh\numask 022\nfor last; do :; done\necho "{}" > "$last"\n${rest}\n`,
  );
  chmodSync(join(root, "pulumi"), 0o755);
}
const run = { root, env: { PATH: `${root}:${process.env["PATH"]}` } };
const file = join(root, "a.plan");

test("a plan is nobody else's to read, whatever was at its place", async () => {
  pulumi('echo "{ \\"steps\\": [] }"');
  writeFileSync(file, "old", { mode: 0o644 });
  expect(await makePlan(["preview"], file, run)).toEqual({ steps: [] });
  expect(readFileSync(file, "utf8")).toBe("{}\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("where there is no plan, the one that was there stays as it was", async () => {
  pulumi("exit 1");
  writeFileSync(file, "old");
  expect(await makePlan(["preview"], file, run)).toBeUndefined();
  expect(readFileSync(file, "utf8")).toBe("old");
});
