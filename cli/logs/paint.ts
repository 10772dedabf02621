import type { Said } from "../tail/event.ts";
import type { Entry } from "./entry.ts";

/** Codes of a terminal. One colour a worker, in the order of the declaration. */
const hues = [36, 35, 34, 33, 32];
const dim = 2;
const levelColours: Readonly<Record<Said["level"], number | undefined>> = {
  debug: dim,
  info: undefined,
  log: undefined,
  warn: 33,
  error: 31,
};

/** Lines for people: when, which worker, what. An error has a mark that is also seen without colours. */
export function paintedEntry(workers: readonly string[], coloured: boolean): (entry: Entry) => string {
  const paint = (code: number | undefined, text: string): string =>
    coloured && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const width = Math.max(0, ...workers.map((name) => name.length));
  return ({ atMs, worker, kind, level, text }) => {
    const at = workers.indexOf(worker);
    const hue = at < 0 ? undefined : hues[at % hues.length];
    const front = `${paint(dim, clock(atMs))} ${paint(hue, worker.padEnd(width))}`;
    const mark = level === "error" ? "!" : kind === "invocation" ? "→" : "|";
    return text
      .split("\n")
      .map((line) => `${front} ${mark} ${paint(levelColours[level], line)}\n`)
      .join("");
  };
}

/** In the time of this machine, with the day: logs of a week are read, too. */
function clock(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
