// @ts-check
// One line that moves on a terminal, plain lines now and then anywhere else. Always on stderr: stdout belongs to the command.

/** @typedef {{ say: (text: string) => void, done: (text?: string) => void }} Progress */

const pipeEveryMs = 15_000;

/** What is under way on a terminal: one line shows all of it, or two would write over each other.
 * @type {WeakMap<NodeJS.WriteStream, Set<() => string>>} */
const underWay = new WeakMap();

/** Starts a line that shows `text` and the time since it began; `say` changes the text, `done` ends the line.
 * @param {string} label @param {{ stream?: NodeJS.WriteStream, now?: () => number }} [options] @returns {Progress} */
export function startProgress(label, options = {}) {
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? Date.now;
  const began = now();
  let text = "";
  let frame = 0;
  let lastPlain = began;
  const line = () => `${label} · ${duration(now() - began)}${text === "" ? "" : ` · ${text}`}`;
  const lines = underWay.get(stream) ?? new Set();
  underWay.set(stream, lines.add(line));
  const draw = () => {
    if (stream.isTTY) {
      // The first that began draws for all.
      if ([...lines][0] !== line) return;
      const width = Math.max(20, (stream.columns ?? 80) - 3);
      const shown = [...lines].map((each) => each()).join(" | ");
      stream.write(
        `\r\x1b[K${"⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[frame++ % 10]} ${shown.length > width ? `${shown.slice(0, width - 1)}…` : shown}`,
      );
    } else if (now() - lastPlain >= pipeEveryMs) {
      lastPlain = now();
      stream.write(`${line()}\n`);
    }
  };
  if (!stream.isTTY) stream.write(`${label}\n`);
  const timer = setInterval(draw, stream.isTTY ? 120 : 1_000);
  timer.unref();
  return {
    say(next) {
      text = next;
    },
    done(last) {
      clearInterval(timer);
      lines.delete(line);
      if (stream.isTTY) stream.write("\r\x1b[K");
      if (last !== undefined) stream.write(`${last} (${duration(now() - began)})\n`);
    },
  };
}

/** "48 s", "3 min 05 s".
 * @param {number} ms */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
