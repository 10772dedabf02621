import type { Progress } from "../driver/progress.ts";
import type { Entry, HookRun } from "../journal/entry.ts";

/** How a hook ended. */
export type HookEnd = Pick<Extract<Entry, { kind: "hooked" }>, "ok" | "said" | "durationMs" | "output">;

/** What a hook is told of the release. */
export interface Told {
  readonly release: string;
  readonly stage: string;
  readonly hook: string;
  readonly point: HookRun["point"];
  /** The same whenever a hook is run again because a driver was killed in the middle of it. */
  readonly key: string;
  /** 1, or more where a driver was killed in the middle of it. */
  readonly attempt: number;
  /** The step that it is about, from 1; 0 before the first. */
  readonly step: number;
  readonly steps: number;
  /** Of the requests, that the step gives to the new versions; 0 before the first one and on the way back. */
  readonly percent: number;
  readonly versions: Readonly<Record<string, { readonly stable: string; readonly fresh: string }>>;
  /** Why the release goes back. */
  readonly reason: string | undefined;
}

export function toldOf(
  progress: Progress,
  { hook, point, position }: Pick<HookRun, "hook" | "point" | "position">,
): Told {
  const { id: release, stage, prepared, hooks, abort: reason } = progress;
  const { workers = [], positions = [] } = prepared ?? {};
  const before = hooks.filter(
    ({ run }) => run.hook === hook && run.point === point && run.position === position,
  );
  const isForward = point !== "beforeRollout" && point !== "onRollback";
  return {
    ...{ release, stage, hook, point, reason },
    key: `${release}/${hook}/${point}/${position + 1}`,
    attempt: before.length + 1,
    step: position + 1,
    steps: positions.length,
    percent: isForward ? (positions[position]?.percent ?? 0) : 0,
    versions: Object.fromEntries(workers.map(({ label, stable, fresh }) => [label, { stable, fresh }])),
  };
}
