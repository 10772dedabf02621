import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { unplaced } from "../diagnostic/place.ts";
import { inPlace } from "../diagnostic/sentence.ts";
import { provider, type Recorded, refusals } from "./target-provider.ts";

const recorded: Recorded = {
  target: "embedded",
  accountId: "a",
  systems: {
    dome: { "d1 dome/silo": "silo-dev", "r2 dome/raw": "raw-dev" },
    shop: { "d1 shop/db": "db-dev" },
  },
  retired: [],
  approved: [],
  workers: {
    "dome/silo": { name: "silo-dev", heldBy: ["worker dome/api"], classes: {} },
    "dome/api": { name: "api-dev", heldBy: [], classes: {} },
    "shop/rooms": { name: "rooms-dev", heldBy: [], classes: { Room: "live", Old: "gone" } },
  },
};
const whats = (after: Partial<Recorded>): string[] =>
  refusals(recorded, { ...recorded, ...after }).map(({ what }) => what);

describe("a stack is refused", () => {
  test("on another target", () => {
    expect(whats({ target: "cloudflare" })).toEqual(["This stack lives on another target"]);
  });

  test("in another account", () => {
    expect(whats({ accountId: "b" })).toEqual([
      "This stack lives in another account of the embedded Cloudflare",
    ]);
    const real: Recorded = { ...recorded, target: "cloudflare" };
    const [refusal] = refusals(real, { ...real, accountId: "b" });
    expect(refusal).toMatchObject({
      what: "This stack lives in another account",
      where: "cloudflare:accountId or CLOUDFLARE_ACCOUNT_ID",
    });
  });

  test("when a system with resources is just taken off its list, naming the command for it", () => {
    const found = refusals(recorded, { ...recorded, systems: { dome: recorded.systems["dome"] ?? {} } });
    expect(found.map(({ what, fix }) => [what, inPlace(fix, unplaced())])).toEqual([
      [
        "System shop still has resources in this stack, and without it in the list they would be deleted",
        "put shop back, or take it down for good: just retire shop <stage>",
      ],
    ]);
  });

  test("when a store would be exchanged for another one", () => {
    const systems = { ...recorded.systems, dome: { "d1 dome/silo": "silo2-dev", "r2 dome/raw": "raw-dev" } };
    expect(whats({ systems })).toEqual(["d1 dome/silo would be exchanged for another, empty one"]);
  });
});

const rooms = (classes: Readonly<Record<string, "live" | "gone">>): Partial<Recorded> => ({
  workers: { ...recorded.workers, "shop/rooms": { name: "rooms-dev", heldBy: [], classes } },
});
const named = (label: string, name: string): Partial<Recorded> => {
  const worker = recorded.workers[label];
  return worker === undefined ? {} : { workers: { ...recorded.workers, [label]: { ...worker, name } } };
};

describe("a worker", () => {
  test("is refused without a class whose objects it has, naming the class and what to declare", () => {
    expect(refusals(recorded, { ...recorded, ...rooms({}) })).toMatchObject([
      {
        what: "Durable Object class Room is gone from the declaration, and nothing says what becomes of its objects",
        where: "shop/rooms, durableObjects",
        got: "no classes",
      },
    ]);
  });

  test("goes on when the class has a lifecycle, when what was applied is left out, or goes as a whole", () => {
    expect(whats(rooms({ Room: "gone", Hall: "live" }))).toEqual([]);
    expect(whats(rooms({ Room: "live" }))).toEqual([]);
    expect(whats({ workers: {} })).toEqual([]);
  });

  test("is refused when its crons are just left out: nothing would end them", () => {
    const had = (crons?: string[]) => ({
      ...recorded,
      workers: {
        ...recorded.workers,
        "dome/api": { name: "api-dev", heldBy: [], classes: {}, ...(crons && { crons }) },
      },
    });
    expect(refusals(had(["0 3 * * *"]), had())).toMatchObject([
      { where: "dome/api, crons", expected: "a list: it had 0 3 * * *" },
    ]);
    for (const [before, after] of [
      [["0 3 * * *"], []],
      [[], undefined],
      [undefined, undefined],
      [undefined, ["0 3 * * *"]],
    ])
      expect(refusals(had(before), had(after))).toEqual([]);
    expect(refusals(had(["0 3 * * *"]), { ...recorded, workers: {} })).toEqual([]);
  });

  test("is not renamed while others bind it: Cloudflare would refuse that in the middle of the update", () => {
    expect(whats(named("dome/silo", "silo2-dev"))).toEqual([
      "Worker dome/silo would be renamed, and Cloudflare renames no worker that others bind or that consumes a queue",
    ]);
    expect(whats(named("dome/api", "api2-dev"))).toEqual([]);
  });

  test("of a state from before workers were recorded is compared as far as it goes", async () => {
    const older = { ...recorded, workers: undefined };
    const newer = { ...recorded, ...rooms({}) };
    expect(await provider.check(older, newer)).toMatchObject({ failures: [] });
    expect(await provider.diff("target", older, newer)).toMatchObject({ changes: true });
  });
});

describe("a stack goes on", () => {
  test("when nothing has changed", () => {
    expect(whats({})).toEqual([]);
  });

  test("when a retired system is off its list", () => {
    expect(whats({ systems: { dome: recorded.systems["dome"] ?? {} }, retired: ["shop"] })).toEqual([]);
  });

  test("when a store was removed or added in the declaration", () => {
    const systems = { ...recorded.systems, dome: { "d1 dome/silo": "silo-dev", "d1 dome/new": "new-dev" } };
    expect(whats({ systems })).toEqual([]);
  });
});

test("the check lets a first run through and refuses with the whole message later", async () => {
  expect(await provider.check({}, recorded)).toEqual({ inputs: recorded, failures: [] });
  const real = { ...recorded, target: "cloudflare" };
  const { failures } = await provider.check(real, { ...real, accountId: "b" });
  expect(failures[0]?.reason).toContain("where:    cloudflare:accountId or CLOUDFLARE_ACCOUNT_ID");
  expect(failures[0]?.reason).toContain("fix:      set CLOUDFLARE_ACCOUNT_ID=a");
});

test.each([
  ["a real account", "https://api.pulumi.com", "just retire shop prod --target cloudflare"],
  ["the embedded target", pathToFileURL(`${process.cwd()}/.lockstep/state`).href, "just retire shop prod"],
])("on %s the repair says its stage and works there", async (_, backend, repair) => {
  vi.stubEnv("PULUMI_BACKEND_URL", backend);
  const without = { ...recorded, systems: { dome: recorded.systems["dome"] ?? {} }, stage: "prod" };
  const { failures } = await provider.check(recorded, without);
  vi.unstubAllEnvs();
  expect(failures.map(({ reason }) => reason.split("for good: ")[1])).toEqual([repair]);
  // The stage is said, and compared with nothing: states of before do not have it.
  const named = { ...recorded, stage: "prod" };
  expect(await provider.diff("target", recorded, named)).toMatchObject({ changes: false });
});

test("a state that cannot be read does not pass for a first run", async () => {
  await expect(provider.check({ ...recorded, systems: [] }, recorded)).rejects.toThrow("systems");
});

test("only what is recorded counts as a change", async () => {
  expect(
    await provider.diff("target", { ...recorded, __provider: "x" }, { ...recorded, __provider: "y" }),
  ).toEqual({ changes: false, replaces: [] });
  expect(await provider.diff("target", recorded, { ...recorded, retired: ["shop"] })).toMatchObject({
    changes: true,
  });
});

test("a re-indexing that was begun elsewhere is remembered over an up, as an input that changes nothing", async () => {
  const note = { index: "found-2", by: "mia@build-7", at: "2026-11-30T12:00:00.000Z" };
  // A refusal of the first check: stores are looked for where there is none.
  const noted = { ...recorded, accountId: "b", reindexing: { "shop/found": note } };
  expect((await provider.check(noted, recorded)).inputs).toMatchObject({
    reindexing: { "shop/found": note },
  });
  const stores = { "vectorize shop/found": { id: "found-2" } };
  expect((await provider.check(noted, { ...recorded, stores })).inputs).not.toHaveProperty("reindexing");
  expect(await provider.diff("target", recorded, { ...noted, accountId: "a" })).toMatchObject({
    changes: false,
  });
  expect((await provider.create(noted)).outs).not.toHaveProperty("reindexing");
});
