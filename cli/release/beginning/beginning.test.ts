import { expect, test } from "vitest";
import { system, worker } from "../../../src/declare/index.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { stageOf } from "../../../src/project/stage.ts";
import { progressOf } from "../../../src/release/driver/progress.ts";
import { hooksOf, plain } from "../../../src/release/hooks/conduct.ts";
import { refuseUnable, refuseUnready } from "./beginning.ts";

const api = worker("api", {
  main: "workers/api.ts",
  compatibilityDate: "2026-06-01",
  assets: { directory: "public" },
});
const shop = system("shop", [api], {
  release: {
    steps: [
      { percent: 10, soakSeconds: 0 },
      { percent: 100, soakSeconds: 0 },
    ],
    hooks: [
      {
        name: "load",
        at: "beforeRollout",
        command: ["scripts/lost.sh"],
        secrets: { A: { env: "UNSET_A" }, B: { env: "UNSET_B" } },
      },
      { name: "tell", at: "onRollback", command: ["no-such-program"] },
    ],
  },
});
const run = { root: import.meta.dirname, env: { PATH: process.env["PATH"] ?? "" } };
const refused = (error: unknown): readonly string[] =>
  error instanceof UserError
    ? [error.diagnostic, ...error.others].map(({ what, got }) => `${what}: ${got}`)
    : [];

test("all that a release could not be held to is said at once, before anything is changed", async () => {
  const error = await refuseUnready([shop], stageOf({ name: "dev" }), run).catch((thrown: unknown) => thrown);
  expect(refused(error)).toEqual([
    expect.stringContaining("Static assets cannot be released in steps"),
    "Hook shop/load cannot be run: no file scripts/lost.sh",
    "Hook shop/tell cannot be run: no program no-such-program on PATH",
    "A secret that a release needs is not set: no variable UNSET_A",
    "A secret that a release needs is not set: no variable UNSET_B",
  ]);
});

test("a release is gone on with only where its hooks to come can be run; one that goes back is held up by nothing", async () => {
  const at = "2026-06-01T00:00:00.000Z";
  const progress = progressOf([
    { kind: "begun", at, id: "r", stage: "dev", by: "mia" },
    { kind: "prepared", at, workers: [], positions: [], conduct: { ...plain, hooks: hooksOf([shop]) } },
    { kind: "deploying", at, position: 0 },
  ]);
  const going = (more: object): Promise<unknown> =>
    refuseUnable({ ...progress, ...more }, [], run).then(() => [], refused);
  expect(await going({})).toEqual(["Hook shop/tell cannot be run: no program no-such-program on PATH"]);
  expect(await going({ position: -1 })).toHaveLength(2);
  expect(await going({ abort: "it failed" })).toEqual([]);
});
