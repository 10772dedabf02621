import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A variable of the lists, `NAME=value` in its file. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The lists. Those for holding were written before the rule was, and were judged once it did well on those for making. */
export type List = "secret-for-making" | "secret-for-holding" | "plain-for-making" | "plain-for-holding";

/**
 * Reads a list. Nothing in its file is, or looks like, a key: random parts stand there as `{hex:32}` (an alphabet and how many characters or,
 * for base64, bytes), and `{|}` parts a well-known prefix from the rest, so that no scanner of repositories takes them for leaked ones.
 */
export function variablesOf(list: List): readonly Variable[] {
  const random = generator(list.length);
  return readFileSync(join(import.meta.dirname, `${list}.txt`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [name = ""] = line.split("=", 1);
      return { name, value: expanded(line.slice(name.length + 1), random) };
    });
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const alphabets: Readonly<Record<string, string>> = {
  hex: `${digits}abcdef`,
  d: digits,
  b32: `${lower}234567`,
  b36: digits + lower,
  B36: digits + lower.toUpperCase(),
  b62: digits + lower + lower.toUpperCase(),
};

type Random = () => number;

const expanded = (template: string, random: Random): string =>
  template
    .replaceAll("{|}", "")
    .replaceAll(/\{(\w+)(?::([^{}]*))?\}/g, (asWritten, kind: string, argument = "") => {
      const alphabet = alphabets[kind];
      if (alphabet !== undefined) return some(alphabet, Number(argument), random);
      if (kind === "b64") return bytes(Number(argument), random).toString("base64");
      if (kind === "b64u") return bytes(Number(argument), random).toString("base64url");
      if (kind === "base64") return Buffer.from(argument).toString("base64");
      if (kind === "uuid")
        return [8, 4, 4, 4, 12].map((length) => some(alphabets["hex"] ?? "", length, random)).join("-");
      if (kind === "jwt")
        return [
          { alg: "HS256", typ: "JWT" },
          { iss: "example", role: argument, exp: 2_000_000_000 },
        ]
          .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
          .concat(bytes(32, random).toString("base64url"))
          .join(".");
      return asWritten;
    })
    .replaceAll(/\\n/g, "\n");

const some = (alphabet: string, length: number, random: Random): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");

const bytes = (length: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** Mulberry32: the same lists in every run. */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
