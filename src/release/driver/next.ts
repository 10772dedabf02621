import { nextHook } from "../hooks/hooks.ts";
import type { Position } from "../plan.ts";
import { dueOf, isMeasuredBehind } from "../step/due.ts";
import { stepVerdict } from "../step/verdict.ts";
import type { Action } from "./action.ts";
import { betweenOf } from "./between.ts";
import type { Progress } from "./progress.ts";

/** What a release does next: of its journal and the clock, nothing else. So it goes on where it was, whatever ended it. */
export function nextOf(progress: Progress, nowMs: number): Action {
  const { end, abort, prepared, position, servedSinceMs, hasPassed, isBack } = progress;
  if (end !== undefined) return { do: "nothing" };
  if (abort !== undefined)
    return isBack ? (nextHook(progress, "onRollback", position) ?? { do: "abort" }) : { do: "goBack" };
  if (prepared === undefined) return { do: "prepare" };
  if (hasPassed) return betweenOf(progress, nowMs);
  const at = prepared.positions[position];
  if (at === undefined || servedSinceMs === undefined) return { do: "deploy", position };
  return soaking(progress, at, servedSinceMs, nowMs);
}

function soaking(progress: Progress, at: Position, sinceMs: number, nowMs: number): Action {
  const { position, standings, skipped, paused, promote } = progress;
  const { verdict, reason } = stepVerdict(at, standings, skipped);
  if (verdict === "fail") return { do: "decideAbort", reason };
  if (promote !== undefined) return { do: "pass", position, reason: `promoted by ${promote}` };
  const due = dueOf(at, standings, sinceMs);
  const gates = due.filter(({ atMs }) => nowMs >= atMs).map(({ gate }) => gate);
  if (gates.length > 0) return { do: "measure", position, gates };
  const soakedMs = sinceMs + at.soakSeconds * 1000;
  const isMeasured = isMeasuredBehind(at, standings, skipped, soakedMs);
  if (nowMs >= soakedMs && !paused && isMeasured && verdict === "pass")
    return { do: "pass", position, reason };
  const patienceMs = soakedMs + at.patienceSeconds * 1000;
  if (!paused && nowMs >= patienceMs && isMeasuredBehind(at, standings, skipped, sinceMs))
    return {
      do: "decideAbort",
      reason: `inconclusive for ${at.patienceSeconds} s behind the soak: ${reason}`,
    };
  const events = [...due.map(({ atMs }) => atMs), soakedMs, patienceMs].filter((atMs) => atMs > nowMs);
  return { do: "wait", untilMs: Math.min(nowMs + 1000, ...events) };
}
