import { expect, test } from "vitest";
import { failuresIn } from "./failure-text.ts";

const version =
  "urn:pulumi:dev::p::lockstep:workers:Worker$cloudflare:index/workerVersion:WorkerVersion::shop/api";
const said = (message: string, urn?: string, severity = "error") => ({
  diagnosticEvent: { prefix: "error: ", message, severity, ...(urn !== undefined && { urn }) },
});
const log = (isPreview: boolean, ...events: readonly object[]): string =>
  [{ preludeEvent: {} }, ...events, { summaryEvent: { isPreview } }, { cancelEvent: {} }]
    .map((each, sequence) => `${JSON.stringify({ sequence, ...each })}\n`)
    .join("");

test("what failed is said with its resource, and what was cut off because of it as that", () => {
  const text = log(
    false,
    said("<{%fg 1%}>Gateway timeout (PUT /workflows/a: status 504)<{%reset%}>\n", version),
    said("failed to run policy: context canceled", version.replace("shop/api", "shop/other")),
    said("shop/orders: new database, its one file\n", undefined, "info"),
    said("update failed\n"),
  );
  expect(failuresIn(text).text).toBe(
    "What failed:\n  shop/api (WorkerVersion): Gateway timeout (PUT /workflows/a: status 504)\nNot tried, or broken off, because of that:\n  shop/other (WorkerVersion)",
  );
});

test("a policy that refuses is said whole, once, with what it refuses", () => {
  const policy = (enforcementLevel: string) => ({
    policyEvent: {
      resourceUrn: version,
      message: "<{%fg 1%}>no-preview-urls: One sentence.\nAnother one.<{%reset%}>\n",
      policyName: "no-preview-urls",
      enforcementLevel,
    },
  });
  const { reasons, text } = failuresIn(
    log(true, policy("mandatory"), policy("advisory"), policy("mandatory"), said("preview failed")),
  );
  expect(reasons).toEqual(["shop/api (WorkerVersion): no-preview-urls: One sentence.\nAnother one."]);
  expect(text).toContain("no-preview-urls: One sentence.\n  Another one.");
});

test("where we advise, Cloudflare's words stand in the advice alone", () => {
  const advice =
    "The code of shop/api does not start in dev\n  got:      Uncaught Error: x\n  fix:      correct it";
  const text = log(false, said(advice), said("Uncaught Error: x\n  at index.js:17:7", version));
  expect(failuresIn(text).text).toBe(`What failed:\n  ${advice.replaceAll("\n", "\n  ")}`);
});

test("a run that ended in its preview says that nothing was changed, one that had begun does not", () => {
  const refused = said('Could not resolve "./x.ts"');
  expect(failuresIn(log(true, refused)).text).toBe(
    'What failed; nothing was changed:\n  Could not resolve "./x.ts"',
  );
  expect(failuresIn(log(true) + log(false, refused)).text).toBe('What failed:\n  Could not resolve "./x.ts"');
  // Killed in its update: no summary.
  expect(failuresIn(`${log(true)}{"preludeEvent":{}}\n`).began).toBe(true);
  expect(failuresIn("").text).toBe("");
  expect(failuresIn(log(false)).text).toBe("");
});

test("what is otherwise than in a plan is said without a value, whatever kind of deviation it is", () => {
  const canary = "canary\nof two lines";
  const messages = [
    `resource ${version} violates plan: properties changed: ~~lockstep:secrets[{&{{{"key":"${canary}"}}}}!={&{{{"key":"b"}}}}], =+force[{true}]\n`,
    `resource violates plan: properties changed: ++token[{${canary}}]`,
    `update is not allowed by the plan: this resource is constrained to same`,
  ].map((message) => said(message, version));
  const unseen = said(`expected resource operations for ${version} but none were seen`);
  const { text, violations, began } = failuresIn(log(true, ...messages, unseen));
  expect(text).not.toContain("canary");
  expect(began).toBe(false);
  expect(violations).toEqual([
    "shop/api (WorkerVersion): lockstep:secrets is otherwise by now than in the plan",
    "shop/api (WorkerVersion): token is otherwise by now than in the plan",
    "shop/api (WorkerVersion): its update would be needed by now, and is not in the plan",
    "shop/api (WorkerVersion): it is in the plan, and nothing has to be done with it by now",
  ]);
});

test("a plan whose application was broken off is no plan that was too old", () => {
  const unseen = said(`expected resource operations for ${version} but none were seen`);
  const { violations, text } = failuresIn(log(true) + log(false, unseen, unseen));
  expect(violations).toEqual([]);
  expect(text).toMatch(/^Broken off before its end; resources of the plan that were not reached: 2\./);
  const failed = failuresIn(log(true) + log(false, said("boom", version), unseen));
  expect(failed.text).toBe("What failed:\n  shop/api (WorkerVersion): boom");
});
