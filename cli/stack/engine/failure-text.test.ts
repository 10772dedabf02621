import { expect, test } from "vitest";
import { failureText } from "./failure-text.ts";

const version =
  "urn:pulumi:dev::p::lockstep:workers:Worker$cloudflare:index/workerVersion:WorkerVersion::shop/api";
const said = (message: string, urn?: string, severity = "error") => ({
  diagnosticEvent: { prefix: "error: ", message, severity, ...(urn !== undefined && { urn }) },
});
const log = (isPreview: boolean, ...events: readonly object[]): string =>
  [...events, { summaryEvent: { isPreview } }, { cancelEvent: {} }]
    .map((each, sequence) => `${JSON.stringify({ sequence, ...each })}\n`)
    .join("");

test("what failed is said with its resource, without what the engine only says because of it", () => {
  const text = log(
    false,
    said("<{%fg 1%}>Gateway timeout (PUT /workflows/a: status 504)<{%reset%}>\n", version),
    said("failed to run policy: context canceled", version.replace("shop/api", "shop/other")),
    said("shop/orders: new database, its one file\n", undefined, "info"),
    said("update failed\n"),
  );
  expect(failureText(text)).toBe(
    "What failed:\n  shop/api (WorkerVersion): Gateway timeout (PUT /workflows/a: status 504)",
  );
});

test("where we advise, Cloudflare's words stand in the advice alone", () => {
  const advice =
    "The code of shop/api does not start in dev\n  got:      Uncaught Error: x\n  fix:      correct it";
  const text = log(false, said(advice), said("Uncaught Error: x\n  at index.js:17:7", version));
  expect(failureText(text)).toBe(`What failed:\n  ${advice.replaceAll("\n", "\n  ")}`);
});

test("a preview ends with what failed by itself, and so does an engine that did not begin", () => {
  expect(failureText(log(true, said("refused")))).toBe("");
  expect(failureText("")).toBe("");
  expect(failureText(log(false))).toBe("");
});
