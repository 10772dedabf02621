import { frozenAt } from "../freeze/freeze.ts";
import type { Conduct } from "../hooks/conduct.ts";
import { nextHook } from "../hooks/hooks.ts";
import type { Position } from "../plan.ts";
import { dueOf } from "../step/due.ts";
import { stepVerdict } from "../step/verdict.ts";
import type { Action } from "./action.ts";
import type { Progress } from "./progress.ts";

/** What comes between a position that has passed, or the preparation, and the next one: hooks, a freeze, a person, a warm-up. */
export function betweenOf(progress: Progress, nowMs: number): Action {
  const { prepared, position, smoked, paused } = progress;
  if (prepared === undefined) return { do: "prepare" };
  const { positions, conduct, workers } = prepared;
  const [to, isFirst] = [position + 1, position === -1];
  if (workers.length === 0) return { do: "finish" };
  const wrong = wrongBeforehand(progress, to);
  if (wrong !== undefined) return { do: "decideAbort", reason: wrong };
  if (isFirst && conduct.smoke.length > 0 && smoked === undefined) return { do: "smoke" };
  const before = isFirst
    ? nextHook(progress, "beforeRollout", -1)
    : nextHook(progress, "afterStep", position);
  if (before !== undefined) return before;
  const next = positions[to];
  if (next === undefined) return nextHook(progress, "afterRollout", position) ?? { do: "finish" };
  const held = heldBy(progress, next, conduct, nowMs);
  if (held !== undefined) return held.say ?? watching(progress, nowMs, held.untilMs);
  // A pause before the first step has nothing to hold: its figures are looked at behind it.
  if (paused && !isFirst) return watching(progress, nowMs, undefined);
  const hook = nextHook(progress, "beforeStep", to);
  if (hook !== undefined) return hook;
  const isWarm = progress.warmed?.position === to || !warms(conduct, next);
  return isWarm ? { do: "deploy", position: to } : { do: "warmUp", position: to };
}

/** What the new versions have shown before anybody met them at a position: more than half of a warm-up has to be answered. */
function wrongBeforehand({ smoked, warmed }: Progress, to: number): string | undefined {
  const asked = (smoked ?? []).filter(({ ok }) => !ok);
  if (asked.length > 0)
    return `the new version failed its smoke test: ${asked.map(({ worker, path, said }) => `${worker} ${path}: ${said}`).join("; ")}`;
  const cold = warmed?.position === to ? warmed.workers.filter(({ sent, failed }) => failed * 2 > sent) : [];
  return cold.length === 0
    ? undefined
    : `the new version failed most of its warm-up: ${cold.map(({ worker, sent, failed }) => `${worker}: ${failed} of ${sent} requests`).join("; ")}`;
}

const warms = ({ warmUps }: Conduct, { workers }: Position): boolean =>
  warmUps.some(({ requests }) => requests.some(({ worker }) => workers.includes(worker)));

interface Held {
  /** It is not in the journal yet. */
  readonly say: Action | undefined;
  readonly untilMs: number | undefined;
}

/** What the next position is not taken for: a freeze, which a promotion overrides, or a person, whom nothing does. */
function heldBy(
  { waiting, approved, promote, position }: Progress,
  next: Position,
  { freezes }: Conduct,
  nowMs: number,
): Held | undefined {
  const to = position + 1;
  const frozen = promote === undefined ? frozenAt(freezes, nowMs) : undefined;
  if (frozen !== undefined) {
    const { untilMs, reason } = frozen;
    const until = untilMs === undefined ? undefined : new Date(untilMs).toISOString();
    const isSaid = waiting?.for === "freeze" && waiting.name === reason && waiting.until === until;
    const line = { position: to, for: "freeze", name: reason, until } as const;
    return { say: isSaid ? undefined : { do: "say", line }, untilMs };
  }
  const { approval } = next;
  if (approval === undefined || approved.includes(approval)) return undefined;
  const isSaid = waiting?.for === "approval" && waiting.name === approval;
  const line = { position: to, for: "approval", name: approval } as const;
  return { say: isSaid ? undefined : { do: "say", line }, untilMs: undefined };
}

/** Waits, while the gates of the position that is served still send the release back. */
function watching(progress: Progress, nowMs: number, untilMs: number | undefined): Action {
  const { prepared, position, servedSinceMs, standings, skipped } = progress;
  const at = prepared?.positions[position];
  const later = Math.min(untilMs ?? Number.POSITIVE_INFINITY, nowMs + 60_000);
  if (at === undefined || servedSinceMs === undefined) return { do: "wait", untilMs: later };
  const { verdict, reason } = stepVerdict(at, standings, skipped);
  if (verdict === "fail") return { do: "decideAbort", reason };
  const due = dueOf(at, standings, servedSinceMs);
  const gates = due.filter(({ atMs }) => nowMs >= atMs).map(({ gate }) => gate);
  return gates.length > 0
    ? { do: "measure", position, gates }
    : { do: "wait", untilMs: Math.min(later, ...due.map(({ atMs }) => atMs)) };
}
