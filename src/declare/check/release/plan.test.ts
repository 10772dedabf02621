import { expect, test } from "vitest";
import { type ReleasePlan, system, worker } from "../../index.ts";
import { checkRelease } from "../release.ts";

const settings = { main: "workers/api/index.ts", compatibilityDate: "2026-06-01" };
const api = worker("api", settings);
const hidden = worker("hidden", { ...settings, workersDev: false });
const found = (plan: Partial<ReleasePlan>): readonly string[] =>
  checkRelease(
    system("shop", [api, hidden], { release: { steps: [{ percent: 100, soakSeconds: 0 }], ...plan } }),
    { name: "dev" },
    ["dev", "prod"],
  ).map(({ what, where }) => `${what} | ${where}`);
const weekend = { cron: "0 16 * * fri", hours: 64, timeZone: "Europe/Berlin", reason: "weekend" };

test("a plan that makes sense is not refused", () => {
  expect(
    found({
      hooks: [{ name: "load", at: "beforeStep", command: ["true"], secrets: { TOKEN: { env: "TOKEN" } } }],
      smoke: [{ worker: api, path: "/health?deep=1" }],
      warmUp: { requests: [{ worker: api, path: "/" }] },
      freezes: [weekend],
      versionKey: "a transform rule",
    }),
  ).toEqual([]);
});

test("what a hook, a request and a freeze cannot be is refused, with its place", () => {
  expect(
    found({
      hooks: [
        { name: "a", at: "beforeStep", command: [""], secrets: { LOCKSTEP_RELEASE: { env: "X" } } },
        { name: "a", at: "onRollback", url: "https://me:password@example.com", timeoutSeconds: 0 },
      ],
      smoke: [
        { worker: hidden, path: "//elsewhere" },
        { worker: api, path: "/", expectedStatus: 99, contains: "" },
      ],
      warmUp: { requests: [], total: 1_000_000 },
      freezes: [
        { ...weekend, cron: "0 16 * * 0", hours: 0, timeZone: "Mars/Base", reason: " ", stages: ["qa"] },
      ],
      steps: [
        { percent: 50, soakSeconds: 0, approval: "Boss!" },
        { percent: 100, soakSeconds: 0, approval: "Boss!" },
      ],
    }),
  ).toEqual(
    expect.arrayContaining([
      expect.stringContaining("A hook that runs nothing"),
      expect.stringContaining("A secret under a name that no variable has"),
      expect.stringContaining("A hook without a name of its own"),
      expect.stringContaining("A hook that asks nobody"),
      expect.stringContaining("A time that is none"),
      expect.stringContaining("A request to a worker that has no address"),
      expect.stringContaining("A path that is none"),
      expect.stringContaining("A status that nothing answers with"),
      expect.stringContaining("A text that every answer contains"),
      expect.stringContaining("A warm-up that asks nothing"),
      expect.stringContaining("A warm-up without a limit"),
      expect.stringContaining("A freeze window that begins never"),
      expect.stringContaining("A freeze window without a length"),
      expect.stringContaining("There is no such time zone"),
      expect.stringContaining("A freeze window without a reason"),
      "There is no such stage | shop, release, freezes[0], stages",
      expect.stringContaining("A name of a manual gate that cannot be typed"),
      expect.stringContaining("Two manual gates have the same name"),
    ]),
  );
});
