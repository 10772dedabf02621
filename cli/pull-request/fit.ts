/** A part of a comment that is opened by a click. */
export interface Fold {
  readonly title: string;
  /** Markdown, a line each. */
  readonly lines: readonly string[];
  /** A picture cannot be read in part: it is there whole or not at all. @default false */
  readonly whole?: boolean;
  /** Stands around what is left of the lines: the fences of a block of code. */
  readonly around?: { readonly before: string; readonly after: string };
}

const bytes = (text: string): number => Buffer.byteLength(text) + 1;
const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + bytes(line), 0);

/** What stands around a fold, and the line that says what was left out. */
const frame = 400;

/**
 * Folds in so many bytes: each gets what it needs as long as all have enough, and what is too long loses lines at its front, where the end of
 * something is most often why it is read. How many are gone is said.
 */
export function fitted(folds: readonly Fold[], room: number): readonly string[] {
  const needs = folds.map(({ lines }) => sizeOf(lines));
  const rooms = shares(needs, room - folds.length * frame);
  return folds.flatMap((fold, at) => shown(fold, rooms[at] ?? 0));
}

/** The room for each: who needs less than an even share leaves the rest to the others. */
function shares(needs: readonly number[], room: number): readonly number[] {
  const order = needs.map((need, at) => ({ need, at })).toSorted((a, b) => a.need - b.need);
  const given = needs.map(() => 0);
  let left = Math.max(0, room);
  for (const [n, { need, at }] of order.entries()) {
    const share = Math.min(need, Math.floor(left / (order.length - n)));
    given[at] = share;
    left -= share;
  }
  return given;
}

function shown({ title, lines, whole = false, around }: Fold, room: number): readonly string[] {
  const kept = sizeOf(lines) <= room ? lines : whole ? [] : lastOf(lines, room);
  const gone = lines.length - kept.length;
  const left = whole
    ? "It is too large for a comment."
    : `${gone} ${gone === 1 ? "line" : "lines"} before these had no room in a comment.`;
  return [
    `<details><summary>${title}</summary>`,
    "",
    ...(gone === 0 ? [] : [`_${left}_`, ""]),
    ...(around === undefined || kept.length === 0 ? kept : [around.before, ...kept, around.after]),
    "",
    "</details>",
    "",
  ];
}

function lastOf(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  let from = lines.length;
  for (; from > 0; from--) {
    left -= bytes(lines[from - 1] ?? "");
    if (left < 0) break;
  }
  return lines.slice(from);
}
