/** Stands between the rows of a page that comes as one text: hardly any value has this sign. */
export const rowEnd = "\u001E";
/** Stands before a row of which only the key was read: it has a long value. */
export const tooLong = "?";

/** The rows of a page, as the bytes in which they came. */
export interface RowBytes {
  /** Escaped as JSON has them, and where each row ends there. */
  readonly json: Buffer;
  readonly jsonEnds: readonly number[];
  /** As they are, a line's end behind each, and where that is. */
  readonly lines: Buffer;
  readonly lineEnds: readonly number[];
}

const [backslash, u, newline] = [0x5c, 0x75, 0x0a];
/** JSON's short escapes: the sign behind the backslash, and what it means. */
const short = new Map(
  [...'"\\/bfnrt'].map((sign) => [sign.charCodeAt(0), JSON.parse(`"\\${sign}"`).charCodeAt(0)]),
);
/** How JSON escapes what stands between two rows. */
const escapedEnd = JSON.stringify(rowEnd).slice(1, -1);

/** Finds the rows; undefined where one of them is not whole, and where there is an escape that is rare: then they are read as strings. */
export function rowBytes(json: Buffer): RowBytes | undefined {
  // JSON has this sign where a text was no UTF-8.
  if (json.length === 0 || json.includes("\uFFFD")) return undefined;
  const lines = Buffer.allocUnsafe(json.length + 1);
  const jsonEnds: number[] = [];
  const lineEnds: number[] = [];
  let [from, to, isBegin] = [0, 0, true];
  for (;;) {
    if (isBegin && json[from] === tooLong.charCodeAt(0)) return undefined;
    const at = json.indexOf(backslash, from);
    const end = at < 0 ? json.length : at;
    to += json.copy(lines, to, from, end);
    if (at < 0) break;
    const sign = json[at + 1] ?? 0;
    const isEscaped = sign === u;
    from = at + (isEscaped ? escapedEnd.length : 2);
    const code = isEscaped ? Number.parseInt(json.toString("latin1", at + 2, from), 16) : short.get(sign);
    if (code === undefined || !(code < 0x80)) return undefined;
    isBegin = code === rowEnd.charCodeAt(0);
    if (isBegin) {
      jsonEnds.push(at);
      lineEnds.push(to);
    }
    lines[to++] = isBegin ? newline : code;
  }
  jsonEnds.push(json.length);
  lineEnds.push(to);
  lines[to++] = newline;
  return { json, jsonEnds, lines: lines.subarray(0, to), lineEnds };
}

/** The rows as strings. */
export const rowsIn = ({ lines, lineEnds }: RowBytes): readonly string[] =>
  lineEnds.map((end, i) => lines.toString("utf8", i === 0 ? 0 : (lineEnds[i - 1] ?? 0) + 1, end));

export const lastIn = ({ lines, lineEnds }: RowBytes): string =>
  lines.toString("utf8", (lineEnds.at(-2) ?? -1) + 1, lineEnds.at(-1));

/** The rows as an array of JSON, with something before and behind it. */
export function jsonArray({ json, jsonEnds }: RowBytes, before: string, behind: string): Buffer {
  const [open, next, close] = [`${before}["`, '","', `"]${behind}`];
  // What stands between two rows is shorter than the escape that stood there.
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(open) + json.length + Buffer.byteLength(close));
  let to = bytes.write(open);
  for (let i = 0; i < jsonEnds.length; i++) {
    if (i > 0) to += bytes.write(next, to, "latin1");
    to += json.copy(bytes, to, i === 0 ? 0 : (jsonEnds[i - 1] ?? 0) + escapedEnd.length, jsonEnds[i]);
  }
  to += bytes.write(close, to);
  return bytes.subarray(0, to);
}
