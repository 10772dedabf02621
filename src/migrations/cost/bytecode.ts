import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";

/** One step of a program of SQLite's virtual machine. */
export interface Instruction {
  readonly addr: number;
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
}

/** A table or an index by the page where its tree begins. */
export interface Tree {
  readonly table: string;
  /** undefined: the table itself. */
  readonly index: string | undefined;
}

/** One loop over a tree. */
export interface Loop {
  readonly tree: Tree;
  /** False: it begins and ends at values that are looked up. */
  readonly whole: boolean;
  /** What is done with each row, `Next` at the end. */
  readonly body: readonly Instruction[];
  /** It is gone through again for each turn of another loop. */
  readonly nested: boolean;
}

/** What a statement does with tables and indexes, as SQLite compiled it. */
export interface Compiled {
  readonly loops: readonly Loop[];
  readonly opened: readonly Tree[];
  /** Tables and indexes whose entries are counted, each of them. */
  readonly counted: readonly Tree[];
}

const treeRows = z.array(
  z.object({ type: z.string(), name: z.string(), tableName: z.string(), page: z.number() }),
);

/** The trees of a schema, by page. They move when the schema changes. */
export function treesOf(db: DatabaseSync): ReadonlyMap<number, Tree> {
  const rows = db
    .prepare(
      "SELECT type, name, tbl_name AS tableName, rootpage AS page FROM sqlite_schema WHERE type IN ('table', 'index') AND rootpage > 0",
    )
    .all();
  return new Map(
    treeRows
      .parse(rows)
      .map(({ type, name, tableName, page }) => [
        page,
        { table: tableName, index: type === "index" ? name : undefined },
      ]),
  );
}

/**
 * Reads a statement's loops off what SQLite compiles it to. EXPLAIN QUERY PLAN would be shorter, and leaves out what a bill depends on: it
 * says `SEARCH` of a max() that goes through everything, says aliases in the place of tables, and not whether a LIMIT ends a scan.
 * Undefined for a statement that cannot be compiled on this schema.
 */
export function compiled(
  db: DatabaseSync,
  sql: string,
  trees: ReadonlyMap<number, Tree>,
): Compiled | undefined {
  const explained = explain(db, sql);
  if (explained === undefined) return undefined;
  const programs = separate(explained.all().map(asInstruction));
  const each = programs.map((program) => ofProgram(program, trees));
  return {
    loops: each.flatMap(({ loops }) => loops),
    opened: each.flatMap(({ opened }) => opened),
    counted: each.flatMap(({ counted }) => counted),
  };
}

function explain(db: DatabaseSync, sql: string): StatementSync | undefined {
  try {
    return db.prepare(`EXPLAIN ${sql}`);
  } catch {
    // It is held against the schema elsewhere, and told there.
    return undefined;
  }
}

/** Thousands of them in a preview: looked at by hand. */
function asInstruction({ addr, opcode, p1, p2 }: Readonly<Record<string, unknown>>): Instruction {
  if (
    typeof addr !== "number" ||
    typeof opcode !== "string" ||
    typeof p1 !== "number" ||
    typeof p2 !== "number"
  )
    throw new TypeError(`EXPLAIN answered with ${JSON.stringify({ addr, opcode, p1, p2 })}`);
  return { addr, opcode, p1, p2 };
}

/** Triggers and actions of foreign keys are programs of their own; each counts from 0. */
function separate(all: readonly Instruction[]): readonly (readonly Instruction[])[] {
  const starts = all.flatMap(({ addr }, i) => (addr === 0 ? [i] : []));
  return starts.map((start, i) => all.slice(start, starts[i + 1]));
}

const opens = /^(OpenRead|OpenWrite|ReopenIdx)$/;
/** What takes a cursor's number for something that is no tree of the schema. */
const opensOther = /^(OpenEphemeral|OpenAutoindex|SorterOpen|OpenPseudo|OpenDup|VOpen)$/;
const turn = /^(Next|Prev)$/;
const fromTheEnd = /^(Rewind|Last)$/;
const fromValue = /^Seek(GE|GT|LE|LT)$/;

function ofProgram(program: readonly Instruction[], trees: ReadonlyMap<number, Tree>): Compiled {
  /** The tree that a cursor stands for at an address. */
  const treeAt = (cursor: number, at: number): Tree | undefined => {
    const opener = program
      .slice(0, at)
      .findLast(({ opcode, p1 }) => p1 === cursor && (opens.test(opcode) || opensOther.test(opcode)));
    return opener === undefined || opensOther.test(opener.opcode) ? undefined : trees.get(opener.p2);
  };
  const turns = program.filter(({ opcode, addr, p2 }) => turn.test(opcode) && p2 < addr);
  const loops = turns.flatMap(({ p1, p2, addr }): Loop[] => {
    const tree = treeAt(p1, addr);
    const begin = program
      .slice(0, p2)
      .findLast((one) => one.p1 === p1 && (fromTheEnd.test(one.opcode) || fromValue.test(one.opcode)));
    if (tree === undefined || begin === undefined || !isReached(program, begin.addr, addr)) return [];
    return [
      {
        tree,
        whole: fromTheEnd.test(begin.opcode),
        body: program.slice(p2, addr + 1),
        nested: turns.some((other) => other.p2 <= begin.addr && other.addr > addr),
      },
    ];
  });
  return {
    loops,
    opened: program.flatMap(({ opcode, p2 }) => {
      const tree = opens.test(opcode) ? trees.get(p2) : undefined;
      return tree === undefined ? [] : [tree];
    }),
    counted: program.flatMap(({ opcode, p1 }, at) => {
      const tree = opcode === "Count" ? treeAt(p1, at) : undefined;
      return tree === undefined ? [] : [tree];
    }),
  };
}

/**
 * Whether a loop is gone through at all. That of `max(rowid)` is left at its first row, so that nothing comes to its `Prev`; and one that looks
 * for the children of a new parent is jumped over unless a deferred foreign key waits for it.
 */
function isReached(program: readonly Instruction[], begin: number, end: number): boolean {
  const isLeft =
    program[end - 1]?.opcode === "Goto" && !program.some(({ p2, addr }) => p2 === end && addr !== end);
  const isSkipped = program.some(({ opcode, addr, p2 }) => opcode === "FkIfZero" && addr < begin && p2 > end);
  return !isLeft && !isSkipped;
}
