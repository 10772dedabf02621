import type { Conduct, PlannedHook, PlannedWarmUp } from "../hooks/conduct.ts";
import { type HookEnd, type Told, toldOf } from "../hooks/told.ts";
import type { Asked, Entry, Rollout, Warmed } from "../journal/entry.ts";
import type { Journal } from "../journal/journal.ts";
import { type Position, percentsAt, type Released } from "../plan.ts";
import type { Action } from "./action.ts";
import { FolderChanged, StageHeld } from "./held.ts";
import { type Metrics, measured } from "./measuring.ts";
import { nextOf } from "./next.ts";
import { type Progress, progressOf } from "./progress.ts";
import { saidOf } from "./said.ts";
import { tickMs, untilAbort } from "./until-abort.ts";

/** Where a release goes back to. */
export interface WayBack {
  /** The stable versions serve; undefined where the journal does not know them. */
  readonly rollout: Rollout | undefined;
  /** The rollout of before the release: undefined from when its first `up` is through, and where nothing was changed at all. */
  readonly before: Rollout | undefined;
}

type Prepared = NonNullable<Progress["prepared"]>;

/** What a driver does to the world; everything else is in the journal. */
export interface Effects extends Metrics {
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Uploads the new versions, which answer nothing yet.
   * @param before the rollout of before the release, where one was noted
   * @param note writes down what is about to be changed
   */
  readonly prepare: (
    before: Rollout | undefined,
    note: (preparing: Omit<Extract<Entry, { kind: "preparing" }>, "kind" | "at">) => void,
  ) => Promise<{
    readonly workers: readonly Released[];
    /** `<system>/<worker>` of those that had no version before. @default - none */
    readonly made?: readonly string[];
    readonly positions: readonly Position[];
    /** The order of the workers and why, a line each, for people. @default - there is none to tell */
    readonly order?: readonly string[];
    /** @default - nothing beside the steps */
    readonly conduct?: Conduct;
    /** System → digest of what it is built to. */
    readonly digests?: Readonly<Record<string, string>>;
  }>;
  /** Asks the new versions what the plan has, by override: nobody else meets them. */
  readonly smoke: (prepared: Prepared) => Promise<readonly Asked[]>;
  /** Runs a hook to its end, or until the signal comes. Never throws for a hook that fails. */
  readonly hook: (hook: PlannedHook, told: Told, signal: AbortSignal) => Promise<HookEnd>;
  /** Sends the requests of a warm-up to the new versions of these workers, by override, or until the signal comes. */
  readonly warmUp: (
    warmUps: readonly PlannedWarmUp[],
    workers: readonly Released[],
    signal: AbortSignal,
  ) => Promise<readonly Warmed[]>;
  /** One `up`, after which the new versions get that much. */
  readonly serve: (rollout: Rollout) => Promise<void>;
  /** The stable versions serve again: by the last `up`, or by none where they never stopped to. */
  readonly goBack: (way: WayBack) => Promise<void>;
  /** The new versions serve alone: by the last `up`, or by none where nothing is new. */
  readonly finish: (nothingNew: boolean) => Promise<void>;
  /** Hears of everything that is new in the journal, and several times a second of the time. */
  readonly show: (progress: Progress, fresh: readonly Entry[]) => void;
}

/** Drives a release from where its journal ends to its end. What an effect throws ends the driver, not the release. */
export async function drive(journal: Journal, effects: Effects): Promise<Progress> {
  let entries: readonly Entry[] = [];
  let progress = progressOf(entries);
  for (;;) {
    const now = journal.entries();
    const fresh = now.slice(entries.length);
    // A tick comes four times a second, an entry once a minute.
    if (now !== entries) progress = progressOf(now);
    entries = now;
    effects.show(progress, fresh);
    const action = nextOf(progress, effects.nowMs());
    if (action.do === "nothing") return progress;
    await perform(action, progress, journal, effects);
  }
}

type Unstamped = Entry extends infer Each ? (Each extends Entry ? Omit<Each, "at"> : never) : never;

async function perform(
  action: Exclude<Action, { do: "nothing" }>,
  progress: Progress,
  journal: Journal,
  effects: Effects,
): Promise<void> {
  const write = (line: Unstamped): void =>
    journal.append({ ...line, at: new Date(effects.nowMs()).toISOString() });
  switch (action.do) {
    case "prepare":
      return write({
        kind: "prepared",
        ...(await effects.prepare(progress.preparing?.before, (each) =>
          write({ kind: "preparing", ...each }),
        )),
      });
    case "smoke":
      return write({
        kind: "smoked",
        asked: progress.prepared === undefined ? [] : await effects.smoke(progress.prepared),
      });
    case "hook": {
      const hook = progress.prepared?.conduct.hooks.find(({ label }) => label === action.run.hook);
      if (hook === undefined) return;
      write({ kind: "hooking", ...action.run });
      const told = toldOf(progress, action.run);
      // On the way back nothing ends it but its own time: the abort that would is behind.
      const end =
        action.run.point === "onRollback"
          ? await effects.hook(hook, told, new AbortController().signal)
          : await untilAbort(journal, effects.sleep, (signal) => effects.hook(hook, told, signal));
      return write({ kind: "hooked", ...action.run, ...end });
    }
    case "say":
      return write({ kind: "waiting", ...action.line });
    case "warmUp": {
      const { position } = action;
      const { workers = [], positions = [], conduct } = progress.prepared ?? {};
      const released = workers.filter(({ label }) => positions[position]?.workers.includes(label));
      write({ kind: "warming", position });
      const sent = await untilAbort(journal, effects.sleep, (signal) =>
        effects.warmUp(conduct?.warmUps ?? [], released, signal),
      );
      return write({ kind: "warmed", position, workers: sent });
    }
    case "deploy": {
      const { position } = action;
      write({ kind: "deploying", position });
      try {
        await persistently(() => effects.serve(rolloutAt(progress, position)), stepWaitsMs, effects.sleep);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof StageHeld) throw error;
        return write({ kind: "aborting", reason: `the up of this step failed: ${saidOf(error)}` });
      }
      return write({ kind: "deployed", position });
    }
    case "measure":
      return write({
        kind: "measured",
        position: action.position,
        judged: await measured(progress, action.position, action.gates, effects),
      });
    case "pass":
      return write({ kind: "passed", position: action.position, reason: action.reason });
    case "decideAbort":
      return write({ kind: "aborting", reason: action.reason });
    case "goBack": {
      await persistently(() => effects.goBack(wayBack(progress)), backWaitsMs, effects.sleep);
      const hasHooks = progress.prepared?.conduct.hooks.some(({ at }) => at === "onRollback") ?? false;
      return write({ kind: hasHooks ? "wentBack" : "aborted" });
    }
    case "abort":
      return write({ kind: "aborted" });
    case "finish":
      await effects.finish(progress.prepared?.workers.length === 0);
      return write({ kind: "finished" });
    case "wait":
      return effects.sleep(Math.max(1, Math.min(tickMs, action.untilMs - effects.nowMs())));
    default:
      return action satisfies never;
  }
}

/** How long it is waited before the `up` of a step is tried again: one 429, or an engine that was killed, ends no release. */
const stepWaitsMs = [2_000, 10_000];
/** The same for the way back: people meet the new version until it is done. */
const backWaitsMs = [2_000, 10_000, 30_000];

/** Tries again where Cloudflare refuses for a moment. */
async function persistently(
  work: () => Promise<void>,
  waitsMs: readonly number[],
  sleep: Effects["sleep"],
): Promise<void> {
  for (const waitMs of waitsMs)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || error instanceof FolderChanged) throw error;
      await sleep(waitMs);
    }
  await work();
}

const wayBack = (progress: Progress): WayBack =>
  progress.prepared === undefined
    ? { rollout: progress.preparing?.rollout, before: progress.preparing?.before }
    : { rollout: stableAlone(progress), before: undefined };

const stableAlone = ({ prepared }: Progress): Rollout =>
  Object.fromEntries((prepared?.workers ?? []).map(({ label, stable }) => [label, { stable, percent: 0 }]));

function rolloutAt({ prepared }: Progress, position: number): Rollout {
  const { workers = [], positions = [] } = prepared ?? {};
  const percents = percentsAt(positions, position);
  return Object.fromEntries(
    workers.map(({ label, stable }) => {
      const percent = percents[label] ?? 0;
      return [label, { stable, percent, ...(percent === 0 && { reachable: true as const }) }];
    }),
  );
}
