import type { Judged } from "./journal/entry.ts";
import type { Position } from "./plan.ts";
import type { Progress } from "./progress.ts";

/** What a release does next. */
export type Action =
  | { readonly do: "prepare" }
  | { readonly do: "deploy"; readonly position: number }
  | { readonly do: "measure"; readonly position: number }
  | { readonly do: "pass"; readonly position: number; readonly reason: string }
  | { readonly do: "wait"; readonly untilMs: number }
  | { readonly do: "decideAbort"; readonly reason: string }
  | { readonly do: "abort" }
  | { readonly do: "finish" }
  | { readonly do: "nothing" };

/** What a release does next: of its journal and the clock, nothing else. So it goes on where it was, whatever ended it. */
export function nextOf(progress: Progress, nowMs: number): Action {
  const { end, abort, prepared, position, servedSinceMs, hasPassed } = progress;
  if (end !== undefined) return { do: "nothing" };
  if (abort !== undefined) return { do: "abort" };
  if (prepared === undefined) return { do: "prepare" };
  if (hasPassed)
    return position + 1 < prepared.positions.length
      ? { do: "deploy", position: position + 1 }
      : { do: "finish" };
  const at = prepared.positions[position];
  if (at === undefined || servedSinceMs === undefined) return { do: "deploy", position };
  return soaking(progress, at, servedSinceMs, nowMs);
}

function soaking(progress: Progress, at: Position, sinceMs: number, nowMs: number): Action {
  const { position, measuredAtMs, judged, skipped, paused, promote } = progress;
  const counted = judged.filter(({ gate }) => hasSay(gate, at, skipped));
  const failed = counted.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0) return { do: "decideAbort", reason: listed(failed) };
  if (promote !== undefined) return { do: "pass", position, reason: `promoted by ${promote}` };
  const dueMs = (measuredAtMs ?? sinceMs - at.intervalSeconds * 1000) + at.intervalSeconds * 1000;
  const soakedMs = sinceMs + at.soakSeconds * 1000;
  const needed = at.gates.filter(({ name }) => hasSay(name, at, skipped));
  if (at.gates.length > 0 && nowMs >= dueMs) return { do: "measure", position };
  const isDone = nowMs >= soakedMs && !paused;
  const allPass = counted.every(({ verdict }) => verdict === "pass");
  if (isDone && (needed.length === 0 || (measuredAtMs !== undefined && measuredAtMs >= soakedMs && allPass)))
    return { do: "pass", position, reason: needed.length === 0 ? "soaked; no gates" : listed(counted) };
  const patienceMs = soakedMs + at.patienceSeconds * 1000;
  if (!paused && nowMs >= patienceMs && measuredAtMs !== undefined)
    return {
      do: "decideAbort",
      reason: `inconclusive for ${at.patienceSeconds} s behind the soak: ${listed(counted.filter(({ verdict }) => verdict !== "pass"))}`,
    };
  return {
    do: "wait",
    untilMs: at.gates.length > 0 ? dueMs : Math.max(soakedMs, nowMs + 1000),
  };
}

const hasSay = (name: string, at: Position, skipped: readonly string[]): boolean =>
  !skipped.includes(name) && at.gates.some((gate) => gate.name === name && !gate.dryRun);

const listed = (judged: readonly Judged[]): string =>
  judged.map(({ worker, gate, reason }) => `${worker} ${gate}: ${reason}`).join("; ");
