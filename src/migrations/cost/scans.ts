import type { DatabaseSync } from "node:sqlite";
import { tokens } from "../sql/tokens.ts";
import { compiled, type Instruction, type Loop, type Tree } from "./bytecode.ts";

/**
 * Why a statement goes through a table: `filter` for rows that an index could find; `order` for the first of an order that an index could have;
 * `everything` because all of it was asked for.
 */
export type ScanReason = "filter" | "order" | "everything";

/** A statement's way through a whole table, or through a whole index of it. */
export interface Scan {
  readonly table: string;
  readonly reason: ScanReason;
  /** Its LIMIT ends it when enough is found; at worst it reads all rows. */
  readonly stops: boolean;
  /** Once more for each row of something else. */
  readonly nested: boolean;
}

/** What a statement needs of a schema. */
export interface Uses {
  readonly scans: readonly Scan[];
  readonly trees: readonly Tree[];
}

/** Rows that are compared, and left out. Whether a joined row is there at all is no comparison. */
const compares = /^(Eq|Ne|Lt|Le|Gt|Ge|If|IfNot|IsNull|NotNull|Found|NotFound|ElseEq)$/;

/**
 * Which tables a statement goes through whole, on this schema; undefined for one that cannot be compiled on it.
 * @param trees of the same schema
 */
export function usesOf(db: DatabaseSync, sql: string, trees: ReadonlyMap<number, Tree>): Uses | undefined {
  const found = compiled(db, withPatterns(sql), trees);
  if (found === undefined) return undefined;
  const scans = [
    ...found.loops.filter(({ whole }) => whole).flatMap(asScan),
    ...found.counted.map(({ table }): Scan => ({ table, reason: "everything", stops: false, nested: false })),
  ];
  return { scans: worst(scans), trees: found.opened };
}

function asScan({ tree: { table }, body, nested }: Loop): readonly Scan[] {
  const next = body.at(-1)?.addr ?? 0;
  const has = (is: (one: Instruction) => boolean): boolean => body.some(is);
  const isFiltered = has(({ opcode, p2 }) => p2 === next && compares.test(opcode));
  // That of a loop within leaves only that one.
  const stops = has(({ opcode, p2 }) => opcode === "DecrJumpZero" && p2 > next);
  if (isFiltered) return [{ table, reason: "filter", stops, nested }];
  // The first rows of a table, or of an order that an index has: no more of them are read.
  if (stops) return [];
  // Of what is sorted only so many rows are kept.
  const isSorted = has(({ opcode }) => opcode === "IfNotZero");
  return [{ table, reason: isSorted ? "order" : "everything", stops, nested }];
}

const reasons: readonly ScanReason[] = ["filter", "order", "everything"];

/** One a table: that of which most can be said. */
function worst(scans: readonly Scan[]): readonly Scan[] {
  const rank = ({ reason, stops }: Scan): number => reasons.indexOf(reason) + (stops ? reasons.length : 0);
  return [...Map.groupBy(scans, ({ table }) => table).values()].flatMap((all) =>
    all.toSorted((a, b) => rank(a) - rank(b)).slice(0, 1),
  );
}

/**
 * A pattern that is yet to be given is taken for one that an index can serve (`Ada%`): whether it is, only those who give it know, and a scan is
 * told of what is sure to be one.
 */
function withPatterns(sql: string): string {
  if (!/\b(like|glob)\b/i.test(sql)) return sql;
  const all = tokens(sql);
  const patterns = all.flatMap((token, i) => {
    const keyword = all[i - 1]?.keyword;
    if (token.kind !== "parameter" || (keyword !== "LIKE" && keyword !== "GLOB")) return [];
    // `LIKE '%' || ? || '%'` and `LIKE ? || '%'` are expressions, which no index serves.
    return all[i + 1]?.text === "||" ? [] : [{ ...token, pattern: keyword === "LIKE" ? "'a%'" : "'a*'" }];
  });
  return patterns.reduceRight(
    (text, { start, end, pattern }) => text.slice(0, start) + pattern + text.slice(end),
    sql,
  );
}
