import { expect, test } from "vitest";
import { drive } from "../driver/driver.ts";
import type { Progress } from "../driver/progress.ts";
import type { OwnWarmUp } from "../journal/entry.ts";
import { seeded } from "../testing/random.ts";
import { killed, positions, type World, type WorldOptions, world } from "../testing/world.ts";
import type { PlannedHook } from "./conduct.ts";

async function released(
  options: WorldOptions,
  show?: (made: World, progress: Progress) => void,
  ownWarmUp?: OwnWarmUp,
) {
  const made = world(options);
  const at = new Date(made.nowMs).toISOString();
  made.journal.append({
    kind: "begun",
    at,
    id: "r",
    stage: "prod",
    by: "mia",
    ...(ownWarmUp && { ownWarmUp }),
  });
  const effects = { ...made.effects, show: (progress: Progress) => show?.(made, progress) };
  for (;;)
    try {
      return { made, progress: await drive(made.journal, effects) };
    } catch (error) {
      if (error !== killed) throw error;
    }
}

const hookAt = (at: PlannedHook["at"]): PlannedHook => ({
  ...{ label: `shop/${at}`, at, timeoutSeconds: 60, secrets: {}, command: ["true"] },
});
const points = ["beforeRollout", "beforeStep", "afterStep", "afterRollout", "onRollback"] as const;
const everyHook = { hooks: points.map(hookAt) };
const smoke = [{ worker: "shop/api", path: "/health", method: "GET", headers: {}, secrets: {} }];
const wish = (made: World, wished: "approve" | "promote" | "abort" | "pause", gate?: string): void =>
  made.journal.append({
    ...{ kind: "wished", at: new Date(made.nowMs).toISOString(), wish: wished, by: "mia", reason: "because" },
    ...(gate !== undefined && { gate }),
  });

test("hooks are run at their moments and told where the release is", async () => {
  const { made, progress } = await released({ conduct: everyHook });
  expect(progress.end).toBe("finished");
  expect(made.told.map(({ point, step, percent }) => `${point} ${step} ${percent}`)).toEqual([
    "beforeRollout 0 0",
    ...["beforeStep 1 10", "afterStep 1 10", "beforeStep 2 50", "afterStep 2 50"],
    ...["beforeStep 3 100", "afterStep 3 100", "afterRollout 3 100"],
  ]);
  expect(made.told[0]).toMatchObject({
    ...{ release: "r", stage: "prod", attempt: 1, key: "r/shop/beforeRollout/beforeRollout/0" },
    versions: { "shop/api": { stable: "old", fresh: "new" } },
  });
});

test("a hook that fails before or after a step sends the release back, whose own hooks cannot stop it", async () => {
  for (const [failing, served] of [
    ["beforeRollout", [0, 0]],
    ["beforeStep", [0, 10, 0]],
    ["afterStep", [0, 10, 0]],
  ] as const) {
    const { made, progress } = await released({
      conduct: everyHook,
      hook: ({ point, step }) => ({
        ok: !(
          point === "onRollback" ||
          (point === failing && step === (failing === "beforeStep" ? 2 : step))
        ),
        said: "exit code 1",
      }),
    });
    expect(progress, failing).toMatchObject({
      ...{ end: "aborted", abort: `hook shop/${failing} failed: exit code 1` },
    });
    expect(made.served, failing).toEqual(served);
    expect(made.told.at(-1), failing).toMatchObject({ point: "onRollback", reason: progress.abort });
    expect(made.entries().at(-2), failing).toMatchObject({ kind: "hooked", ok: false });
  }
});

test("a hook that fails behind the last step is told, and the release is finished", async () => {
  const { progress } = await released({
    ...{ conduct: everyHook, hook: ({ point }) => ({ ok: point !== "afterRollout", said: "status 500" }) },
  });
  expect(progress.end).toBe("finished");
  expect(progress.hooks.at(-1)?.ended).toMatchObject({ ok: false, said: "status 500" });
});

test("a version that fails its smoke test meets nobody", async () => {
  const { made, progress } = await released({ conduct: { smoke }, isSmokeOk: false });
  expect(progress).toMatchObject({
    ...{ end: "aborted", abort: "the new version failed its smoke test: shop/api /health: said" },
  });
  expect(made.served).toEqual([0, 0]);
});

test("a step with a manual gate waits until somebody opens that gate; meanwhile its gates send the release back", async () => {
  const steps = positions.map((each) => (each.percent === 50 ? { ...each, approval: "boss" } : each));
  const hour = 3_600_000;
  const opened = await released({ steps }, (made, { waiting }) => {
    const isLate = made.nowMs > Date.UTC(2026, 0, 1) + hour;
    if (isLate && waiting?.for === "approval") wish(made, "approve", waiting.name);
  });
  expect(opened.progress.end).toBe("finished");
  expect(opened.made.nowMs).toBeGreaterThan(Date.UTC(2026, 0, 1) + hour);
  expect(opened.made.entries().filter(({ kind }) => kind === "waiting")).toHaveLength(1);
  let isBad = false;
  const bad = await released({ steps, failing: () => (isBad ? 0.2 : 0) }, (made, { waiting }) => {
    if (waiting !== undefined && made.nowMs > Date.UTC(2026, 0, 1) + hour) isBad = true;
  });
  expect(bad.progress.end).toBe("aborted");
  expect(bad.made.served).toEqual([0, 10, 0]);
  const promoted = await released({ steps }, (made, { position, servedSinceMs, waiting, promote }) => {
    if (position === 0 && servedSinceMs !== undefined && promote === undefined) wish(made, "promote");
    if (waiting !== undefined && made.nowMs > Date.UTC(2026, 0, 1) + hour) wish(made, "abort");
  });
  expect(promoted.made.served, "a promotion opens no manual gate").toEqual([0, 10, 0]);
});

test("no step is taken in a freeze, one that is promoted is, and the way back is open", async () => {
  const freezes = [{ cron: "0 0 1 1 *", hours: 0.1, timeZone: "UTC", reason: "new year" }];
  const waited = await released({ conduct: { freezes } });
  expect(waited.progress.end).toBe("finished");
  expect(waited.made.entries().find(({ kind }) => kind === "waiting")).toMatchObject({
    ...{ for: "freeze", name: "new year", until: "2026-01-01T00:06:00.000Z" },
  });
  const first = waited.made.entries().find(({ kind }) => kind === "deploying");
  expect(first?.at.slice(0, 16)).toBe("2026-01-01T00:06");
  const promoted = await released({ conduct: { freezes } }, (made, { waiting, promote }) => {
    if (waiting !== undefined && promote === undefined) wish(made, "promote");
  });
  expect(promoted.made.nowMs).toBeLessThan(Date.UTC(2026, 0, 1, 0, 6));
  const back = await released({ conduct: { freezes } }, (made, { waiting, abort }) => {
    if (waiting !== undefined && abort === undefined) wish(made, "abort");
  });
  expect(back.progress.end).toBe("aborted");
  expect(back.made.nowMs).toBeLessThan(Date.UTC(2026, 0, 1, 0, 6));
});

test("a warm-up of the release's own takes the place of the plan's, also for a driver that goes on from a kill", async () => {
  const ofTotal = (total: number) => [{ requests: [{ worker: "shop/api", path: "/" }], perSecond: 5, total }];
  const own = { file: "urls.txt", warmUps: ofTotal(3) };
  for (const warmUps of [[], ofTotal(7)]) {
    const moments = ["prepare", "prepared", "warm up", "journal deploying"];
    const before = (what: string): void => {
      if (what !== moments[0]) return;
      moments.shift();
      throw killed;
    };
    const { made, progress } = await released({ conduct: { warmUps }, before }, undefined, own);
    expect([progress.end, moments]).toEqual(["finished", []]);
    const warmed = made.entries().flatMap((each) => (each.kind === "warmed" ? each.workers : []));
    expect(warmed.map(({ sent }) => sent)).toEqual([3, 3, 3]);
  }
});

test("a hundred kills at random moments change no ending, run no step without its hooks, and tell a hook that it is run again", async () => {
  const warmUps = [{ requests: [{ worker: "shop/api", path: "/" }], perSecond: 5, total: 10 }];
  const steps = positions.map((each) => ({ ...each, approval: `at-${each.percent}` }));
  let again = 0;
  for (let seed = 0; seed < 100; seed++) {
    const random = seeded(seed);
    const bad = seed % 3;
    let kills = 0;
    const options: WorldOptions = {
      ...{ steps, conduct: { ...everyHook, smoke, warmUps }, isSmokeOk: bad !== 1 },
      hook: ({ point, step }) => ({ ok: !(bad === 2 && point === "beforeStep" && step === 2), said: "no" }),
      before: () => {
        if (random() >= 0.15 || kills >= 20) return;
        kills += 1;
        throw killed;
      },
    };
    const { made, progress } = await released(options, (each, { waiting }) => {
      if (waiting?.for === "approval") wish(each, "approve", waiting.name);
    });
    expect(progress.end, `seed ${seed}`).toBe(bad === 0 ? "finished" : "aborted");
    const served = made.served.filter((percent, at) => percent !== made.served[at - 1]);
    expect(served, `seed ${seed}`).toEqual([[0, 10, 50, 100], [0], [0, 10, 0]][bad]);
    again += made.told.filter(({ attempt }) => attempt > 1).length;
    for (const { key, attempt } of made.told)
      expect(made.told.filter((each) => each.key === key && each.attempt < attempt).length).toBeLessThan(
        attempt,
      );
  }
  expect(again).toBeGreaterThan(0);
});
