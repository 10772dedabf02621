import { drive } from "../../src/release/driver/driver.ts";
import { type Progress, progressOf } from "../../src/release/driver/progress.ts";
import type { Entry, Wish } from "../../src/release/journal/entry.ts";
import { random } from "../migrations/testing/schedule.ts";
import { outsideThePlan } from "./plan.ts";
import {
  type Fate,
  intervalSeconds,
  killed,
  type SimulatedStage,
  simulatedStage,
  soakSeconds,
  steps,
} from "./simulated-stage.ts";

/** A fate of which more is known than that anything may happen. */
type Kind = "any" | "good" | "bad";

function fateOf(seed: number, kind: Kind): Fate {
  const draw = random(seed);
  const pick = <Value>(...from: readonly [Value, ...Value[]]): Value =>
    from[Math.floor(draw() * from.length)] ?? from[0];
  const worst = pick("api", "web");
  const from = pick(10, 50, 100);
  const rate = { any: pick(0, 0.1, 1), good: 0, bad: pick(0.3, 1) }[kind];
  const isAny = kind === "any";
  return {
    draw,
    killRate: pick(0, 0.01, 0.05, 0.1),
    refusalRate: isAny ? pick(0, 0, 0.05, 0.2) : 0,
    orphansLive: draw() < 0.5,
    // A clock that was set forth while no driver ran looks like time that has passed.
    clockJumpMs: isAny ? pick(0, -3_600_000, -1_000) : 0,
    failing: (worker, percent) => (worker === worst && percent >= from ? rate : 0),
    metrics: {
      delayMs: pick(0, 2_000, 20_000),
      sampleInterval: pick(1, 1, 10, isAny ? 100 : 10),
      unattributed: pick(0, 0, 0.1),
      refusalRate: pick(0, 0.2, isAny ? 0.6 : 0.2),
    },
    wishes: isAny
      ? [
          ...Array.from({ length: pick(0, 0, 1, 3) }, () => ({
            wish: pick<Wish>("pause", "resume", "promote", "skip-gate", "abort"),
            afterMs: draw() * 400_000,
          })),
          // Paused, a release waits for as long as it takes.
          { wish: "resume", afterMs: 500_000 },
        ]
      : [],
  };
}

/** Drives until the release has ended, however often its driver is killed. */
async function driven(stage: SimulatedStage): Promise<Progress> {
  for (;;)
    try {
      const progress = await drive(stage.journal, stage.effects());
      stage.settle();
      return progress;
    } catch (error) {
      // What ends a driver ends no release: somebody goes on with it.
      if (error !== killed && !(error instanceof Error)) throw error;
    }
}

/** What may never come of a release, and came of this one; its journal's end with it. Empty when all is well. */
export async function violations(seed: number): Promise<readonly string[]> {
  const kind = (["any", "good", "bad", "any"] as const)[seed % 4] ?? "any";
  const stage = simulatedStage(fateOf(seed, kind));
  const progress = await driven(stage);
  const lines = stage.entries().map((each, at) => ({ entry: each, trueMs: stage.writtenMs[at] ?? 0 }));
  const found = [
    ...outsideThePlan(
      stage.spans.map(({ shares }) => shares),
      steps,
    ),
    ...endings(stage, progress, kind),
    ...lines.flatMap(({ entry }, at) => outOfTurn(entry, progressOf(stage.entries().slice(0, at)))),
    ...soaks(lines),
    ...backAtOnce(lines, stage.kills),
    ...order(stage.entries()),
  ];
  return found.length === 0
    ? []
    : [`seed ${seed} (${kind}): ${found.join("; ")}\n${JSON.stringify(stage.entries().slice(-8))}`];
}

interface Line {
  readonly entry: Entry;
  readonly trueMs: number;
}

function endings(stage: SimulatedStage, progress: Progress, kind: Kind): readonly string[] {
  const wanted = { any: progress.end, good: "finished", bad: "aborted" }[kind];
  const served = stage.spans.at(-1)?.shares;
  const all = progress.end === "finished" ? 100 : 0;
  const ends = stage.entries().filter(({ kind: each }) => each === "finished" || each === "aborted");
  return [
    ...(progress.end === wanted && progress.end !== undefined ? [] : [`ended as ${progress.end}`]),
    ...(served?.api === all && served.web === all ? [] : [`${progress.end} at ${JSON.stringify(served)}`]),
    ...(ends.length === 1 ? [] : [`${ends.length} ends`]),
  ];
}

/** A line that what stood before it does not allow. */
function outOfTurn(entry: Entry, before: Progress): readonly string[] {
  switch (entry.kind) {
    case "passed":
      return before.paused ? ["passed while it was paused"] : [];
    case "deploying":
      return before.abort === undefined ? [] : ["a step behind an abort"];
    default:
      return before.end === undefined ? [] : [`${entry.kind} behind the end`];
  }
}

/** A step that nobody promotes lasts its soak in true time, whatever the clock of the machine does. */
const soaks = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(({ entry, trueMs }, at) => {
    if (entry.kind !== "passed" || entry.reason.startsWith("promoted")) return [];
    const since = lines.slice(0, at).findLast((each) => each.entry.kind === "deployed")?.trueMs ?? 0;
    return trueMs - since < soakSeconds * 1000 ? [`soaked ${trueMs - since} ms`] : [];
  });

/** What failed goes back: no step comes after a measurement that shows it, and nothing for longer than an interval. */
const backAtOnce = (lines: readonly Line[], kills: readonly number[]): readonly string[] =>
  lines.flatMap(({ entry, trueMs }, at) => {
    const isSkipped = lines.some((each) => each.entry.kind === "wished" && each.entry.wish === "skip-gate");
    const hasFailed =
      entry.kind === "measured" && entry.judged.some(({ verdict }) => verdict === "fail") && !isSkipped;
    if (!hasFailed) return [];
    const after = lines.slice(at + 1).find((each) => each.entry.kind !== "wished");
    if (after?.entry.kind === "aborted") return [];
    if (after?.entry.kind !== "aborting") return [`${after?.entry.kind} behind a gate that failed`];
    const wasKilled = kills.some((atMs) => atMs >= trueMs && atMs <= after.trueMs);
    const tookMs = after.trueMs - trueMs;
    return tookMs > intervalSeconds * 1000 && !wasKilled ? [`${tookMs} ms until the way back`] : [];
  });

/** A journal's times do not go back, whatever the clock does. */
function order(entries: readonly Entry[]): readonly string[] {
  const times = entries.flatMap(({ kind, at }) => (kind === "wished" ? [] : [Date.parse(at)]));
  return times.every((ms, at) => ms >= (times[at - 1] ?? 0)) ? [] : ["the journal's time went back"];
}
