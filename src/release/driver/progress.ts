import { type Standing, standingAfter } from "../gates/standing.ts";
import { type Conduct, plain } from "../hooks/conduct.ts";
import type { Asked, Entry, Judged, OwnWarmUp, Rollout, Warmed } from "../journal/entry.ts";
import type { Position, Released } from "../plan.ts";
import { standingOf } from "../step/held.ts";

/** Where a release is: all of it follows from its journal. */
export interface Progress {
  readonly id: string;
  readonly stage: string;
  readonly by: string;
  /** @default - the warm-ups of the plans */
  readonly ownWarmUp: OwnWarmUp | undefined;
  /** The rollout of before the release, and the one of its first `up`. Undefined until something may have been changed. */
  readonly preparing:
    | {
        readonly before: Rollout;
        readonly rollout: Rollout;
        /** What each system was built to then, part by part. @default - an earlier version began the release */
        readonly parts?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
      }
    | undefined;
  /** What the first `up` was to bring beside new versions. */
  readonly brings: readonly string[];
  /** Undefined until the new versions are uploaded. */
  readonly prepared:
    | {
        readonly workers: readonly Released[];
        /** Of those that had no version before. */
        readonly made: readonly string[];
        readonly positions: readonly Position[];
        readonly conduct: Conduct;
      }
    | undefined;
  /** What the new versions answered before anybody met them; undefined until they were asked. */
  readonly smoked: readonly Asked[] | undefined;
  /** Hooks that were begun, in order; `ended` is undefined of one that a kill cut off, or that runs. */
  readonly hooks: readonly {
    readonly run: Omit<Extract<Entry, { kind: "hooking" }>, "kind" | "at">;
    readonly ended: { readonly ok: boolean; readonly said: string; readonly output: string } | undefined;
  }[];
  /** What is waited for before the next position is taken. */
  readonly waiting: Extract<Entry, { kind: "waiting" }> | undefined;
  /** Names of the manual gates of the next position that somebody opened. */
  readonly approved: readonly string[];
  /** The last warm-up that is through. */
  readonly warmed: { readonly position: number; readonly workers: readonly Warmed[] } | undefined;
  /** The last warm-up that was begun. */
  readonly warming: { readonly position: number; readonly sinceMs: number } | undefined;
  /** Whether the way back was gone, and only hooks are left. */
  readonly isBack: boolean;
  /** The position that is served or being deployed; -1 before the first. */
  readonly position: number;
  /** When the position began to be served; undefined while it is being deployed. */
  readonly servedSinceMs: number | undefined;
  /** Whether the position has passed. */
  readonly hasPassed: boolean;
  /** What each gate's measurements of each worker came to at this position. */
  readonly standings: readonly Standing[];
  readonly paused: boolean;
  /** Names of gates without a say, from here on. */
  readonly skipped: readonly string[];
  /** Somebody wants the next step at once. */
  readonly promote: string | undefined;
  /** Why the release goes back. */
  readonly abort: string | undefined;
  readonly end: "aborted" | "finished" | undefined;
}

/** Reads a journal from its beginning. */
export function progressOf(entries: readonly Entry[]): Progress {
  let now: Progress = {
    ...{
      id: "",
      stage: "",
      by: "",
      ownWarmUp: undefined,
      brings: [],
      preparing: undefined,
      prepared: undefined,
      position: -1,
      servedSinceMs: undefined,
      hasPassed: true,
    },
    ...{ standings: [], paused: false, skipped: [], promote: undefined },
    ...{ smoked: undefined, hooks: [], waiting: undefined, approved: [], warmed: undefined },
    ...{ warming: undefined, isBack: false, abort: undefined, end: undefined },
  };
  for (const each of entries) now = after(now, each);
  return now;
}

function after(now: Progress, each: Entry): Progress {
  switch (each.kind) {
    case "begun":
      return {
        ...now,
        id: each.id,
        stage: each.stage,
        by: each.by,
        ownWarmUp: each.ownWarmUp,
        brings: each.brings ?? [],
      };
    case "preparing":
      // One that is gone on with is prepared again: what was before it was before the first time.
      return {
        ...now,
        preparing: {
          before: now.preparing?.before ?? each.before,
          rollout: each.rollout,
          parts: each.parts,
        },
      };
    case "prepared":
      return {
        ...now,
        prepared: {
          workers: each.workers,
          made: each.made ?? [],
          positions: each.positions,
          conduct: {
            ...(each.conduct ?? plain),
            ...(now.ownWarmUp !== undefined && { warmUps: now.ownWarmUp.warmUps }),
          },
        },
      };
    case "waiting":
      return { ...now, waiting: each };
    case "smoked":
      return { ...now, smoked: each.asked };
    case "hooking":
      return { ...now, hooks: [...now.hooks, { run: each, ended: undefined }] };
    case "hooked":
      return {
        ...now,
        hooks: [...now.hooks.slice(0, -1), { run: each, ended: each }],
      };
    case "warming":
      return { ...now, warming: { position: each.position, sinceMs: Date.parse(each.at) } };
    case "warmed":
      return { ...now, warmed: each };
    case "deploying":
      return {
        ...now,
        ...{ position: each.position, servedSinceMs: undefined, hasPassed: false },
        ...{ standings: [], promote: undefined, waiting: undefined, approved: [] },
      };
    case "deployed":
      return { ...now, servedSinceMs: Date.parse(each.at) };
    case "measured":
      return { ...now, standings: standingsAfter(now.standings, each.judged, Date.parse(each.at)) };
    case "passed":
      return { ...now, hasPassed: true };
    case "wished":
      return wished(now, each);
    case "aborting":
      return { ...now, abort: each.reason };
    case "wentBack":
      return { ...now, isBack: true };
    case "aborted":
      return { ...now, end: "aborted" };
    case "finished":
      return { ...now, end: "finished" };
    default:
      return each satisfies never;
  }
}

function wished(now: Progress, { wish, by, reason, gate }: Extract<Entry, { kind: "wished" }>): Progress {
  const why = `${by}: ${reason}`;
  switch (wish) {
    case "pause":
      return { ...now, paused: true };
    case "resume":
      return { ...now, paused: false };
    case "promote":
      return { ...now, paused: false, promote: why };
    case "abort":
      return { ...now, abort: why };
    case "skip-gate":
      return { ...now, skipped: [...now.skipped, ...(gate === undefined ? [] : [gate])] };
    case "approve":
      return {
        ...now,
        approved: [...now.approved, ...(gate === undefined ? [] : [gate])],
        waiting: undefined,
      };
    default:
      return wish satisfies never;
  }
}

/** A measurement is of the gates that were due; the others stand as they did. */
function standingsAfter(
  before: readonly Standing[],
  judged: readonly Judged[],
  atMs: number,
): readonly Standing[] {
  const isNew = ({ worker, gate }: Standing): boolean =>
    judged.some((each) => each.worker === worker && each.gate === gate);
  return [
    ...before.filter((each) => !isNew(each)),
    ...judged.map((each) => standingAfter(standingOf(before, each.worker, each.gate), each, atMs)),
  ];
}
