import { named } from "../../src/diagnostic/sentence.ts";
import type { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import type { Wanted } from "./entry.ts";

export const usage = [
  named(
    "logs",
    "[<stage>] [<worker>] [--since <30m | 2h | 7d>] [--follow] [--errors] [--search <text>] [--json] [--target cloudflare]",
  ),
];

/** What was asked for on the command line. */
export interface LogsRequest extends Wanted {
  readonly stage: Stage;
  readonly target: TargetName;
  /** `api` or `shop/api`; undefined for all. */
  readonly worker: string | undefined;
  /** Milliseconds back; undefined where only what comes is meant. */
  readonly sinceMs: number | undefined;
  /** Whether what comes is shown. */
  readonly follow: boolean;
  readonly json: boolean;
}

export function requestOf(args: readonly string[], project: Project): LogsRequest {
  const { values, positionals } = parsedLine(line, args, options, "a stage, a worker and options");
  const [name = meantStage(project).name, worker, ...more] = positionals;
  const stage = namedStage(line, project, name);
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage, and at most one worker");
  const sinceMs = values.since === undefined ? undefined : durationOf(values.since);
  return {
    stage,
    target: targetNamed(values.target),
    worker,
    sinceMs,
    follow: values.follow || sinceMs === undefined,
    errors: values.errors,
    search: values.search,
    json: values.json,
  };
}

const options = {
  since: { type: "string" },
  follow: { type: "boolean", default: false },
  errors: { type: "boolean", default: false },
  search: { type: "string" },
  json: { type: "boolean", default: false },
  target: { type: "string" },
} as const;

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Cloudflare keeps them no longer. */
const longestMs = 7 * 86_400_000;

/** `30m`, `2h`, `7d` in milliseconds. */
export function durationOf(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  if (ms > 0 && ms <= longestMs) return ms;
  throw wrong(
    "This is no time that logs are kept for",
    text === "" ? "nothing" : text,
    "a number with s, m, h or d, at most 7d: 30m, 2h",
  );
}

const line = { verb: "logs", usage } as const;
const wrong = (what: string, got: string, expected: string): UserError =>
  wrongLine(line, what, got, expected);
