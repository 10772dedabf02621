import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

/** What a function gives: a moment shows as a text, and a whole number has a type of its own. */
export type Gives = "DateTime" | "Float64" | "String" | "UInt64" | "argument";

/** Functions of Cloudflare's SQL that are understood here, in lower case, and what they give. All others are refused. */
export const functions: Readonly<Record<string, Gives>> = {
  count: "UInt64",
  countif: "UInt64",
  sum: "Float64",
  sumif: "Float64",
  avg: "Float64",
  avgif: "Float64",
  min: "argument",
  max: "argument",
  quantileexactweighted: "Float64",
  quantileweighted: "Float64",
  now: "DateTime",
  todatetime: "DateTime",
  tostartofinterval: "DateTime",
  tostartofminute: "DateTime",
  tostartofhour: "DateTime",
  tostartofday: "DateTime",
  today: "DateTime",
  tounixtimestamp: "UInt64",
  touint8: "UInt64",
  touint32: "UInt64",
  formatdatetime: "String",
  intdiv: "Float64",
  if: "argument",
  abs: "Float64",
  ceil: "Float64",
  floor: "Float64",
  round: "Float64",
  log: "Float64",
  pow: "Float64",
  sqrt: "Float64",
  least: "argument",
  greatest: "argument",
  length: "UInt64",
  empty: "UInt64",
  lower: "String",
  upper: "String",
  substring: "String",
  concat: "String",
  replaceall: "String",
  startswith: "UInt64",
  endswith: "UInt64",
  position: "UInt64",
  tostring: "String",
};

const number = (value: SQLOutputValue): number => Number(value ?? 0);
const text = (value: SQLOutputValue): string => String(value ?? "");
const flag = (value: boolean): number => (value ? 1 : 0);
const toStart = (seconds: number) => (moment: SQLOutputValue) =>
  Math.floor(number(moment) / seconds) * seconds;

/** Moments are seconds since 1970, and so are the differences between them. */
const scalars: Readonly<Record<string, (...values: SQLOutputValue[]) => number | string>> = {
  now: () => Math.floor(Date.now() / 1000),
  today: () => toStart(86_400)(Date.now() / 1000),
  toDateTime: (value) => (typeof value === "string" ? momentOf(value) : number(value)),
  toStartOfInterval: (moment, seconds) => toStart(number(seconds ?? 1))(moment ?? 0),
  toStartOfMinute: (moment) => toStart(60)(moment ?? 0),
  toStartOfHour: (moment) => toStart(3_600)(moment ?? 0),
  toStartOfDay: (moment) => toStart(86_400)(moment ?? 0),
  toUnixTimestamp: (moment) => number(moment ?? 0),
  toUInt8: (value) => Math.trunc(number(value ?? 0)) & 0xff,
  toUInt32: (value) => Math.trunc(number(value ?? 0)),
  toString: (value: SQLOutputValue = "") => text(value ?? ""),
  formatDateTime: (moment, format) => formatted(number(moment ?? 0), text(format ?? "")),
  intDiv: (a, b) => Math.trunc(number(a ?? 0) / number(b ?? 1)),
  empty: (value) => flag(text(value ?? "") === ""),
  concat: (...values: SQLOutputValue[]) => values.map(text).join(""),
  replaceAll: (value, from, to) => text(value ?? "").replaceAll(text(from ?? ""), text(to ?? "")),
  startsWith: (value, start) => flag(text(value ?? "").startsWith(text(start ?? ""))),
  endsWith: (value, end) => flag(text(value ?? "").endsWith(text(end ?? ""))),
  position: (value, part) => text(value ?? "").indexOf(text(part ?? "")) + 1,
  least: (...values) => Math.min(...values.map(number)),
  greatest: (...values) => Math.max(...values.map(number)),
};

function momentOf(value: string): number {
  const ms = Date.parse(`${value.trim().replace(" ", "T")}${/[Zz]|[+-]\d\d:?\d\d$/.test(value) ? "" : "Z"}`);
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

/** `2026-11-30 02:38:39`, as a moment shows in an answer. */
export const shownMoment = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");

function formatted(seconds: number, format: string): string {
  const iso = new Date(seconds * 1000).toISOString();
  const parts: Readonly<Record<string, string>> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    i: iso.slice(14, 16),
    S: iso.slice(17, 19),
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    "%": "%",
  };
  return format.replace(/%(.)/g, (whole, letter: string) => parts[letter] ?? whole);
}

/** The value below which the wanted share of the weight lies. `kept` is JSON: the share, then values and weights in turn. */
function quantile(kept: string): number | null {
  const [level = 0.5, ...flat] = numbers(kept);
  const pairs = flat.flatMap((value, i) => (i % 2 === 0 ? [[value, flat[i + 1] ?? 1] as const] : []));
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  const whole = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  let below = 0;
  for (const [value, weight] of sorted) {
    below += weight;
    if (below >= level * whole) return value;
  }
  return sorted.at(-1)?.[0] ?? null;
}

const numbers = (kept: string): readonly number[] => kept.split(" ").filter(Boolean).map(Number);

/** Teaches a database the functions that SQLite has not. What an aggregate remembers on its way is a text, as the types want it. */
export function teach(sqlite: DatabaseSync): void {
  for (const [name, work] of Object.entries(scalars))
    sqlite.function(name, { varargs: true, deterministic: name !== "now" && name !== "today" }, work);
  for (const name of ["quantileExactWeighted", "quantileWeighted"])
    sqlite.aggregate<string>(name, {
      start: "",
      step: (kept, level, value, weight) =>
        `${kept === "" ? number(level ?? 0.5) : kept} ${number(value ?? 0)} ${number(weight ?? 1)}`,
      result: quantile,
    });
  sqlite.aggregate<number>("countIf", {
    start: 0,
    step: (sum, condition) => sum + flag(number(condition ?? 0) !== 0),
  });
  sqlite.aggregate<number>("sumIf", {
    start: 0,
    step: (sum, value, condition) => (number(condition ?? 0) === 0 ? sum : sum + number(value ?? 0)),
  });
  sqlite.aggregate<string>("avgIf", {
    start: "",
    step: (kept, value, condition) => (number(condition ?? 0) === 0 ? kept : `${kept} ${number(value ?? 0)}`),
    result: (kept) => {
      const all = numbers(kept);
      return all.length === 0 ? null : all.reduce((sum, each) => sum + each, 0) / all.length;
    },
  });
}
