import type { HookPoint } from "../../declare/index.ts";
import type { Action } from "../driver/action.ts";
import type { Progress } from "../driver/progress.ts";

/** Whether a hook that fails there sends the release back. Behind the last step everything has passed, and on the way back nothing may stop it. */
const sendsBack: Readonly<Record<HookPoint, boolean>> = {
  beforeRollout: true,
  beforeStep: true,
  afterStep: true,
  afterRollout: false,
  onRollback: false,
};

/** The next hook of a point that has not ended yet; the way back, where one before it failed and may send the release there. */
export function nextHook(progress: Progress, point: HookPoint, position: number): Action | undefined {
  const { prepared, hooks } = progress;
  for (const { label, at } of prepared?.conduct.hooks ?? []) {
    if (at !== point || !concerns(progress, label, point, position)) continue;
    const last = hooks.findLast(
      ({ run }) => run.hook === label && run.point === point && run.position === position,
    );
    if (last?.ended === undefined) return { do: "hook", run: { hook: label, point, position } };
    if (!last.ended.ok && sendsBack[point])
      return { do: "decideAbort", reason: `hook ${label} failed: ${last.ended.said}` };
  }
  return undefined;
}

/** The hooks of a system's plan know of its own steps alone. */
function concerns({ prepared }: Progress, label: string, point: HookPoint, position: number): boolean {
  if (point !== "beforeStep" && point !== "afterStep") return true;
  const system = label.split("/")[0];
  return prepared?.positions[position]?.workers.some((worker) => worker.startsWith(`${system}/`)) ?? false;
}
