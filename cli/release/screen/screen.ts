import type { Progress } from "../../../src/release/driver/progress.ts";
import type { Entry } from "../../../src/release/journal/entry.ts";
import { type Position, percentsAt } from "../../../src/release/plan.ts";
import { waitingText } from "../../../src/release/waiting.ts";
import { gateLines, measuredLines } from "./gate-lines.ts";

/** One line of a release for people, where nothing moves: in a log. */
export function entryLine(entry: Entry, progress: Progress): string {
  const time = entry.at.slice(11, 19);
  const at = (index: number): string => stepText(progress.prepared?.positions[index]);
  switch (entry.kind) {
    case "begun":
      return `${time} release ${entry.id} of ${entry.stage}, begun by ${entry.by}${entry.ownWarmUp === undefined ? "" : `; its warm-up is ${entry.ownWarmUp.file}`}`;
    case "preparing":
      return `${time} uploading the new versions${progress.brings.length === 0 ? "" : `; with them come ${progress.brings.join("; ")}`}`;
    case "prepared":
      return preparedLines(entry)
        .map((line) => `${time} ${line}`)
        .join("\n");
    case "waiting":
      return `${time} ${at(entry.position)}: ${waitingText(entry)}`;
    case "smoked":
      return entry.asked
        .map(({ worker, path, ok, said }) => `${time} ${ok ? "✓" : "✗"} ${worker} ${path}: ${said}`)
        .join("\n");
    case "hooking":
      return `${time} hook ${entry.hook} (${entry.point})`;
    case "hooked":
      return `${time} ${entry.ok ? "✓" : "✗"} hook ${entry.hook}: ${entry.said}, ${entry.durationMs} ms${entry.output === "" ? "" : `\n${entry.output}`}`;
    case "warming":
      return `${time} ${at(entry.position)}: warming up`;
    case "warmed":
      return entry.workers
        .map(({ worker, sent, failed }) => `${time} ${worker}: ${sent} requests of warm-up, ${failed} failed`)
        .join("\n");
    case "wentBack":
      return `${time} the stable version answers everything again`;
    case "deploying":
      return `${time} ${at(entry.position)}: deploying`;
    case "deployed":
      return `${time} ${at(entry.position)}: serving`;
    case "measured":
      return measuredLines(entry, progress)
        .map((line) => `${time} ${line}`)
        .join("\n");
    case "passed":
      return `${time} ${at(entry.position)}: passed`;
    case "wished":
      return `${time} ${entry.wish}${entry.gate === undefined ? "" : ` ${entry.gate}`}, by ${entry.by}: ${entry.reason}`;
    case "aborting":
      return `${time} going back to the stable version: ${entry.reason}`;
    case "aborted":
      return hadNone(progress)
        ? `${time} aborted: no version was there before, and what the first up made stays`
        : `${time} aborted: the stable version answers everything again`;
    case "finished":
      return `${time} the new version answers everything`;
    default:
      return entry satisfies never;
  }
}

function preparedLines({
  workers,
  made = [],
  order = [],
}: Extract<Entry, { kind: "prepared" }>): readonly string[] {
  const uploaded = workers.map(({ label, fresh }) => `${label} ${fresh.slice(0, 8)}`);
  const news = [
    ...(uploaded.length === 0 ? [] : [`uploaded: ${uploaded.join(", ")}; they answer nothing yet`]),
    ...(made.length === 0
      ? []
      : [
          `made: ${made.join(", ")}; no version was there before, so the first one answers everything, without steps`,
        ]),
    ...order.map((line) => `order: ${line}`),
  ];
  return news.length === 0 ? ["nothing is new: no worker has another version"] : news;
}

/** Whether a release began where no worker had a version. */
const hadNone = ({ preparing, prepared }: Progress): boolean =>
  preparing !== undefined &&
  Object.keys(preparing.rollout).length === 0 &&
  (prepared?.workers ?? []).length === 0;

const stepText = (position: Position | undefined): string =>
  position === undefined ? "step" : `${position.workers.join(", ")} at ${position.percent} %`;

/** The whole release on one screen, as it is now. */
export function frame(progress: Progress, nowMs: number, screen: Screen): readonly string[] {
  const { id, stage, by, prepared, position } = progress;
  const percents = percentsAt(prepared?.positions ?? [], position);
  const traffic = (prepared?.workers ?? []).map(({ label, fresh, stable }) => {
    const percent = progress.end === "aborted" ? 0 : (percents[label] ?? 0);
    const bar = "█".repeat(Math.round(percent / 5)).padEnd(20, "░");
    return `  ${label}  ${bar} ${String(percent).padStart(3)} %  ${stable.slice(0, 8)} → ${fresh.slice(0, 8)}`;
  });
  const gates = progress.end === undefined ? gateLines(progress) : [];
  const lines = [
    `Release ${id} of ${stage}, by ${by}`,
    "",
    ...traffic,
    ...(traffic.length === 0 ? [] : [""]),
    ...gates.map((line) => `  ${line}`),
    ...(gates.length === 0 ? [] : [""]),
    nowText(progress, nowMs),
  ];
  return fitted(lines, screen);
}

/** What a terminal can show; 0 or nothing where it does not say. */
interface Screen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** One row each, and no more rows than there are: the next frame is drawn over this one. What happens now stands last, and stays. */
export function fitted(lines: readonly string[], { columns, rows }: Screen): readonly string[] {
  const wide = columns || 80;
  const high = Math.max(2, (rows || 24) - 1);
  const shown = lines.length > high ? [...lines.slice(0, high - 1), lines.at(-1) ?? ""] : lines;
  return shown.map((line) => {
    const flat = line.replaceAll("\n", " ");
    return flat.length > wide ? `${flat.slice(0, wide - 1)}…` : flat;
  });
}

function nowText(progress: Progress, nowMs: number): string {
  const { prepared, position, servedSinceMs, paused, abort, end } = progress;
  if (end === "aborted") return `Aborted: ${abort}`;
  if (end === "finished") return "Finished: the new version answers everything.";
  if (abort !== undefined) return `Going back to the stable version: ${abort}`;
  if (prepared === undefined) return "Uploading the new versions …";
  const at = prepared.positions[position];
  const running = progress.hooks.at(-1);
  const next = `Step ${position + 2} of ${prepared.positions.length}, ${stepText(prepared.positions[position + 1])}`;
  if (running !== undefined && running.ended === undefined)
    return `Hook ${running.run.hook} (${running.run.point}) …`;
  if (progress.hasPassed && progress.waiting !== undefined)
    return `${next}: ${waitingText(progress.waiting)}`;
  if (at === undefined) return "Asking the new versions …";
  const step = `Step ${position + 1} of ${prepared.positions.length}, ${stepText(at)}`;
  if (servedSinceMs === undefined) return `${step}: deploying …`;
  const left = Math.ceil((servedSinceMs + at.soakSeconds * 1000 - nowMs) / 1000);
  const patience = left + at.patienceSeconds;
  const rest =
    left > 0 ? `${duration(left)} left` : `soaked; its gates have ${duration(Math.max(0, patience))}`;
  return `${step}: ${paused ? "paused" : rest}`;
}

const duration = (seconds: number): string =>
  seconds < 60
    ? `${seconds} s`
    : seconds < 3600
      ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
      : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;

/** Where a release is shown. */
export interface Shower {
  readonly show: (progress: Progress, fresh: readonly Entry[]) => void;
  readonly end: () => void;
}

/** JSON lines for machines, one screen that moves at a terminal, a line for each event elsewhere. */
export function showerOf(json: boolean, out: NodeJS.WriteStream, nowMs: () => number): Shower {
  if (json)
    return {
      show: (_, fresh) => {
        for (const entry of fresh) out.write(`${JSON.stringify(entry)}\n`);
      },
      end: () => undefined,
    };
  if (!out.isTTY)
    return {
      show: (progress, fresh) => {
        for (const entry of fresh) out.write(`${entryLine(entry, progress)}\n`);
      },
      end: () => undefined,
    };
  let drawn = 0;
  let last = "";
  return {
    show(progress) {
      const lines = frame(progress, nowMs(), out);
      const text = lines.join("\n");
      if (text === last) return;
      last = text;
      // Over what stands there: the cursor goes up, and each line is cleared behind its end.
      out.write(
        `${drawn === 0 ? "" : `\u001b[${drawn}F`}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`,
      );
      drawn = lines.length;
    },
    end: () => undefined,
  };
}
