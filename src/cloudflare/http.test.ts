import { expect, test } from "vitest";
import { unplaced } from "../diagnostic/place.ts";
import { inPlace } from "../diagnostic/sentence.ts";
import { classify, remedy } from "./http.ts";

const failed = (code: number, message: string): string =>
  JSON.stringify({ success: false, result: [], errors: [{ code, message }], messages: [] });

/** What an answer says about a write: status, body → what is known. */
const answers: readonly (readonly [string, number, string, ReturnType<typeof classify>["kind"]])[] = [
  ["a success", 200, JSON.stringify({ success: true, result: [] }), "done"],
  ["a failing statement", 400, failed(7500, "no such table: x: SQLITE_ERROR"), "refused"],
  [
    "a failing statement that comes as HTTP 200",
    200,
    failed(7500, "no such table: x: SQLITE_ERROR"),
    "refused",
  ],
  ["a failing statement that comes as HTTP 500", 500, failed(7500, "x: SQLITE_CONSTRAINT"), "refused"],
  [
    "a broken constraint found at commit",
    500,
    failed(
      7500,
      "Durable Object was reset and rolled back to its last known good state because constraints were violated",
    ),
    "refused",
  ],
  ["no permission", 403, failed(10000, "Authentication error"), "refused"],
  ["no such database", 404, failed(7404, "The database could not be found"), "refused"],
  ["a rate limit", 429, failed(971, "rate limited"), "later"],
  ["a rate limit that comes with another status", 400, failed(971, "rate limited"), "later"],
  [
    "an import or export under way",
    400,
    failed(7500, "Currently processing a long-running export."),
    "later",
  ],
  ["a gateway's time-out", 504, failed(7009, "Gateway timeout"), "unknown"],
  ["a gateway's page", 502, "<html>bad gateway</html>", "unknown"],
  ["a connection that D1 lost", 500, failed(7500, "Network connection lost."), "unknown"],
  [
    "an object that was reset",
    400,
    failed(7500, "D1 DB storage operation exceeded timeout which caused object to be reset."),
    "unknown",
  ],
  ["a success cut off in the middle", 200, '{"success":true,"result":[{"resu', "unknown"],
  ["a failure that names no error", 200, '{"success":false,"errors":[]}', "unknown"],
  ["a proxy's refusal", 407, "proxy authentication required", "refused"],
];

for (const [what, status, text, kind] of answers)
  test(`${what} is ${kind}`, () => {
    expect(classify(status, null, text).kind).toBe(kind);
  });

test("a permission is asked for only where one was missing", () => {
  const refused = (status: number) =>
    inPlace(remedy({ kind: "refused", status, code: 0, message: "" }, "D1 Edit"), unplaced());
  expect(refused(403)).toContain("D1 Edit");
  expect(refused(400)).not.toContain("D1 Edit");
  expect(inPlace(remedy({ kind: "unknown", message: "" }, "D1 Edit"), unplaced())).toContain("network");
});
