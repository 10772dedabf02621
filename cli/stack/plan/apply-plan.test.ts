import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import project from "../../../project.ts";
import { applyPlan } from "./apply-plan.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-apply-plan-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const urn =
  "urn:pulumi:prod::p::lockstep:workers:Worker$cloudflare:index/workerVersion:WorkerVersion::shop/api";
/** As the engine says it: the values in clear, and what is a line in a secret is one in the message. */
const violation = `resource ${urn} violates plan: properties changed: ~~bindings[{canary-one\ncanary-two}!={}]`;

/** A pulumi that ends as the engine does where something is otherwise than in its plan. */
function pulumi(events: readonly object[]): void {
  const log = events.map((each) => JSON.stringify(each)).join("\n");
  writeFileSync(join(root, "events"), `${log}\n`);
  writeFileSync(join(root, "violation"), `    error: ${violation}\n`);
  writeFileSync(
    join(root, "pulumi"),
    `#!/bin/sh\necho "$*" > ${root}/words\nfor last; do :; done\ncat ${root}/events > "$last"\necho "Previewing update (prod):"\ncat ${root}/violation\ncat ${root}/violation >&2\nexit 1\n`,
  );
  chmodSync(join(root, "pulumi"), 0o755);
}

async function apply(): Promise<{ readonly said: string; readonly error: unknown }> {
  const prod = project.stages.find(({ name }) => name === "prod");
  if (prod === undefined) throw new Error("no prod");
  const said: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => said.push(String(chunk)) > 0),
  );
  const env = { PATH: `${root}:${process.env["PATH"]}` };
  const error = await applyPlan(prod, join(root, "a.plan"), [], { root, env }).catch(
    (thrown: unknown) => thrown,
  );
  for (const spy of spies) spy.mockRestore();
  return { said: said.join(""), error };
}

const prelude = { preludeEvent: {} };
const summary = (isPreview: boolean) => ({ summaryEvent: { isPreview } });
const diagnostic = { diagnosticEvent: { urn, message: violation, severity: "error" } };

test("what is otherwise than in the plan stops it before anything changes, and no value of it is shown", async () => {
  pulumi([prelude, diagnostic, summary(true)]);
  const { said, error } = await apply();
  expect(said).toBe("Previewing update (prod):\n");
  const told = error instanceof Error ? error.message : "";
  expect(told).toContain("this run has changed nothing");
  expect(told).toContain("shop/api (WorkerVersion): bindings is otherwise by now than in the plan");
  expect(said + told).not.toContain("canary");
});

test("what is found so only while it is applied is said to be, without a value too", async () => {
  pulumi([prelude, summary(true), prelude, diagnostic, summary(false)]);
  const { said, error } = await apply();
  const told = error instanceof Error ? error.message : "";
  expect(told).toContain("what was applied until then was in the plan");
  expect(said + told).not.toContain("canary");
});
