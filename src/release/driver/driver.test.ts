import { expect, test } from "vitest";
import type { Entry } from "../journal/entry.ts";
import { seeded } from "../testing/random.ts";
import { killed, type World, type WorldOptions, world } from "../testing/world.ts";
import { drive } from "./driver.ts";
import { type Progress, progressOf } from "./progress.ts";

const begin = ({ journal, nowMs }: World): void =>
  journal.append({
    ...{ kind: "begun", at: new Date(nowMs).toISOString(), id: "r", stage: "prod", by: "mia" },
  });

/** Drives until the release has ended, however often it is killed. */
async function driven(made: World): Promise<Progress> {
  for (;;)
    try {
      return await drive(made.journal, made.effects);
    } catch (error) {
      if (error !== killed) throw error;
    }
}

async function released(options: WorldOptions = {}): Promise<{ made: World; progress: Progress }> {
  const made = world(options);
  begin(made);
  return { made, progress: await driven(made) };
}

const kinds = ({ entries }: World): readonly string[] =>
  entries()
    .map(({ kind }) => kind)
    .filter((kind) => kind !== "measured");
const withoutRepeats = (served: readonly number[]): readonly number[] =>
  served.filter((percent, at) => percent !== served[at - 1]);

test("a good release goes through every step and soaks in each", async () => {
  const { made, progress } = await released();
  expect(progress.end).toBe("finished");
  expect(made.served).toEqual([0, 10, 50, 100, 100]);
  expect(made.nowMs - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(3 * 30_000);
});

test("a burst of errors at a step goes back within one interval of the first measurement that shows it", async () => {
  const { made, progress } = await released({ failing: (percent) => (percent >= 50 ? 0.2 : 0) });
  expect(progress.end).toBe("aborted");
  expect(made.served).toEqual([0, 10, 50, 0]);
  expect(progress.abort).toMatch(/shop\/api error-rate: 20.00 % of 50,000 requests failed, above 5.00 %/);
  const at = (kind: string): number =>
    Date.parse(made.entries().findLast((each) => each.kind === kind)?.at ?? "");
  expect(at("aborted") - at("deployed")).toBeLessThanOrEqual(10_000);
});

test("a hundred kills at random moments show nobody anything outside the plan, and change no ending", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = seeded(seed);
    const bad = seed % 2 === 1;
    let kills = 0;
    const { made, progress } = await released({
      failing: (percent) => (bad && percent >= 50 ? 0.2 : 0),
      before: () => {
        if (random() >= 0.2 || kills >= 20) return;
        kills += 1;
        throw killed;
      },
    });
    expect(kills).toBeGreaterThan(0);
    expect(progress.end, `seed ${seed}`).toBe(bad ? "aborted" : "finished");
    expect(withoutRepeats(made.served), `seed ${seed}`).toEqual(bad ? [0, 10, 50, 0] : [0, 10, 50, 100]);
  }
});

test("no metrics never pass: the release goes back when its patience is over", async () => {
  const { made, progress } = await released({ measure: () => undefined });
  expect(progress).toMatchObject({ end: "aborted" });
  expect(progress.abort).toMatch(/inconclusive for 75 s behind the soak: .*no metrics came/);
  expect(made.served).toEqual([0, 10, 0]);
});

test("metrics that are refused for a while are waited for", async () => {
  let refused = 0;
  const { made, progress } = await released({
    before: (what) => {
      if (what === "measure" && refused++ < 6) throw new Error("POST /graphql: 429: slow down");
    },
  });
  expect(progress.end).toBe("finished");
  expect(JSON.stringify(made.entries())).toContain(
    '"verdict":"inconclusive","reason":"no metrics came: POST /graphql: 429: slow down"',
  );
});

test("a step that Cloudflare refuses goes back, and the way back is tried again", async () => {
  let backs = 0;
  const { made, progress } = await released({
    before: (what) => {
      if (what === "serve" && made0.at(-1) === 10) throw new Error("429: too many requests");
      if (what === "served") made0.push(10);
      if (what === "goBack" && backs++ < 2) throw new Error("429: too many requests");
    },
  });
  expect(progress.end).toBe("aborted");
  expect(progress.abort).toBe("the up of this step failed: 429: too many requests");
  expect(made.served).toEqual([0, 10, 0]);
});
const made0: number[] = [];

test("somebody pauses, promotes, skips a gate, and aborts", async () => {
  const wishing = async (
    wish: "pause" | "promote" | "skip-gate" | "abort",
    options: WorldOptions = {},
  ): Promise<{ made: World; progress: Progress }> => {
    const made = world(options);
    begin(made);
    let wished = false;
    const effects = {
      ...made.effects,
      show: ({ position, servedSinceMs }: Progress) => {
        const at = new Date(made.nowMs).toISOString();
        const common = { kind: "wished", at, by: "mia", reason: "because" } as const;
        if (wished && wish === "pause" && made.nowMs - Date.UTC(2026, 0, 1) > 200_000)
          made.journal.append({ ...common, wish: "resume" });
        if (wished || position !== 0 || servedSinceMs === undefined) return;
        wished = true;
        made.journal.append({ ...common, wish, ...(wish === "skip-gate" && { gate: "error-rate" }) });
      },
    };
    return { made, progress: await drive(made.journal, effects) };
  };
  const paused = await wishing("pause");
  expect(paused.progress.end).toBe("finished");
  expect(paused.made.nowMs - Date.UTC(2026, 0, 1)).toBeGreaterThan(200_000);
  const promoted = await wishing("promote", {
    measure: (percent) => (percent > 10 ? healthy(percent) : undefined),
  });
  expect(promoted.progress.end).toBe("finished");
  expect(promoted.made.entries()).toContainEqual(
    expect.objectContaining({ kind: "passed", position: 0, reason: "promoted by mia: because" }),
  );
  const skipped = await wishing("skip-gate", { failing: () => 0.2 });
  expect(skipped.progress.end).toBe("finished");
  const ended = await wishing("abort");
  expect(ended.progress).toMatchObject({ end: "aborted", abort: "mia: because" });
  expect(kinds(ended.made).at(-1)).toBe("aborted");
});

const wishAbort = ({ journal, nowMs }: World): void =>
  journal.append({
    ...{ kind: "wished", at: new Date(nowMs).toISOString(), wish: "abort", by: "mia", reason: "because" },
  });

test("a release whose first up was refused ends when it is aborted, and asks for no up of its own", async () => {
  const refused = new Error("a database is gone");
  const made = world({
    before: (what) => {
      if (what === "up") throw refused;
    },
  });
  begin(made);
  await expect(drive(made.journal, made.effects)).rejects.toBe(refused);
  wishAbort(made);
  const progress = await drive(made.journal, made.effects);
  expect(progress).toMatchObject({ end: "aborted", abort: "mia: because" });
  expect(made.ways).toEqual([{ rollout: { "shop/api": { stable: "old", percent: 0 } }, before: {} }]);
  expect(kinds(made)).toEqual(["begun", "preparing", "wished", "aborted"]);
});

test("one that was killed in its first up goes back to the stable version, which its journal knows", async () => {
  let kills = 0;
  const made = world({
    before: (what) => {
      if (what === "prepared" && kills++ === 0) throw killed;
    },
  });
  begin(made);
  await expect(drive(made.journal, made.effects)).rejects.toBe(killed);
  wishAbort(made);
  expect((await drive(made.journal, made.effects)).end).toBe("aborted");
  expect(made.ways[0]?.rollout).toEqual({ "shop/api": { stable: "old", percent: 0 } });
  expect(withoutRepeats(made.served)).toEqual([0]);
});

test("one that never changed anything has nowhere to go back to, and the rollout of before is that of the first time", async () => {
  const made = world();
  begin(made);
  wishAbort(made);
  await drive(made.journal, made.effects);
  expect(made.ways).toEqual([{ rollout: undefined, before: undefined }]);
  const at = "2026-01-01T00:00:00Z";
  const zero = { "shop/api": { stable: "old", percent: 0 } };
  const twice: readonly Entry[] = [
    { kind: "preparing", at, before: {}, rollout: zero },
    { kind: "preparing", at, before: zero, rollout: zero },
  ];
  expect(progressOf(twice).preparing).toEqual({ before: {}, rollout: zero });
});

test("a release that finds nothing new says so to its end", async () => {
  const made = world();
  begin(made);
  const told: boolean[] = [];
  const progress = await drive(made.journal, {
    ...made.effects,
    prepare: async () => ({ workers: [], positions: [] }),
    finish: async (nothingNew) => void told.push(nothingNew),
  });
  expect(progress.end).toBe("finished");
  expect(told).toEqual([true]);
});

const healthy = (percent: number) => ({
  fresh: { requests: 1000 * percent, failed: 0, sampleInterval: 1, latencyMs: [] },
  stable: undefined,
  unattributed: 0,
});
