import type { Said } from "../tail/event.ts";
import type { DevWorker } from "./chosen.ts";
import type { Tell } from "./session.ts";

/** Writes lines about workers, each with its worker's name in front. */
export interface Printer extends Tell {
  readonly plain: (worker: DevWorker, text: string) => void;
  readonly said: (worker: DevWorker, said: Said) => void;
}

/** Codes of a terminal. One colour a worker, in the order they are shown. */
const hues = [36, 35, 34, 33, 32];
const red = 31;
const yellow = 33;
const green = 32;
const dim = 2;

const levelColours: Readonly<Record<Said["level"], number | undefined>> = {
  debug: dim,
  info: undefined,
  log: undefined,
  warn: yellow,
  error: red,
};

export function printer(
  stream: { readonly write: (text: string) => unknown },
  coloured: boolean,
  workers: readonly DevWorker[],
): Printer {
  const paint = (code: number | undefined, text: string): string =>
    coloured && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const width = Math.max(...workers.map(({ name }) => name.length));
  const front = (worker: DevWorker): string =>
    paint(hues[workers.indexOf(worker) % hues.length], worker.name.padEnd(width));
  const lines = (worker: DevWorker, mark: string, colour: number | undefined, text: string): void => {
    for (const line of text.split("\n")) stream.write(`${front(worker)} ${mark} ${paint(colour, line)}\n`);
  };
  return {
    plain: (worker, text) => lines(worker, " ", dim, text),
    done: (worker, text) => lines(worker, "→", green, text),
    failed: (worker, text) => lines(worker, "✗", red, text),
    // The mark tells errors from words also where there are no colours.
    said: (worker, { level, text }) =>
      lines(worker, level === "error" ? "!" : "|", levelColours[level], text),
  };
}
