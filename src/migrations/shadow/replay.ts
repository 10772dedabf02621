import type { Verification } from "../files/directives.ts";
import type { MigrationFile, Statement } from "../files/reading.ts";
import { type Action, type Parsed, parse } from "../sql/action.ts";
import { reservedTables } from "../sql/ledger-tables.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, sameName } from "../sql/structure.ts";
import type { Token } from "../sql/tokens.ts";
import { affectedFinder } from "./affected.ts";
import type { Event } from "./authorizer.ts";
import { type Breakage, breakages, stillBroken } from "./breakage.ts";
import { type Catalog, catalogs } from "./catalog.ts";
import { copyEvents, readCopy } from "./copy.ts";
import { empty, keepRows, populate } from "./populate.ts";
import { quotedTexts } from "./quoted-text.ts";
import { followRows, type Held, type Rows } from "./row-flow.ts";
import { openShadow, type Run, type Shadow } from "./shadow.ts";
import type { Step } from "./step.ts";

export type { Step };

/** One file, carried out. */
export interface Replay {
  readonly file: MigrationFile;
  readonly steps: readonly Step[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Verifications that SQLite cannot carry out, with what it says. */
  readonly failures: ReadonlyMap<Verification, string>;
  /** What cannot be used any more after it; unknown, and so nothing, when a statement fails. */
  readonly breakages: readonly Breakage[];
  /** Whether `table`, by its name at the start of the file, holds rows that were there before what is pending. */
  readonly holds: (table: string) => boolean;
}

/** A database with a few rows in every table that goes through files one after the other. */
export interface Stage {
  /** `later`: the files that come after it. */
  readonly replay: (file: MigrationFile, later?: readonly MigrationFile[]) => Replay;
  /** Those breakages that are there still: a later file may have mended what an earlier one broke. */
  readonly unmended: (found: readonly Breakage[]) => readonly Breakage[];
  /** From here on every table counts as one that may hold rows: the files so far are taken as applied. */
  readonly settle: () => void;
  readonly schema: () => readonly SchemaObject[];
  readonly catalog: () => Catalog;
  readonly close: () => void;
}

/** Opens a stage with a schema; its tables may hold rows, unless the database is still on its first way up. */
export function openStage(
  base: readonly SchemaObject[],
  { holdsRows = true }: { readonly holdsRows?: boolean } = {},
): Stage {
  const shadow = openShadow(base);
  const look = catalogs(shadow);
  const affected = affectedFinder();
  let now = look();
  let held: Held = { tables: new Set(), changed: new Set() };
  const settle = (): void => {
    held = { tables: new Set(now.tables().map((table) => fold(table.name))), changed: new Set() };
    populate(shadow.trusted, now);
  };
  if (holdsRows) settle();
  return {
    replay: (file, later = []) => {
      const before = now;
      const steps: Step[] = [];
      const follower = followRows(held, (folded) => before.table(folded)?.name ?? folded);
      for (const [index, statement] of file.statements.entries()) {
        const step = take(index, statement, now, shadow, look, follower.now());
        if (step.error === undefined) follower.step(step.action, step.events);
        now = step.after;
        steps.push(step);
      }
      const failures = new Map(
        file.verifications.flatMap((one) => {
          // As the migration asks it: as one value.
          const { error } = shadow.run(`SELECT (${one.sql})`);
          return error === undefined ? [] : [[one, error] as const];
        }),
      );
      shadow.endRequest();
      const fails = steps.some(({ error }) => error !== undefined);
      const names = fails ? new Set<string>() : affected(before, now);
      const heldBefore = held;
      held = follower.end();
      return {
        file,
        steps,
        before,
        after: now,
        failures,
        breakages: breakages(shadow, steps, names, {
          before,
          after: now,
          upcoming: () => tablesMadeIn(later),
        }),
        holds: (table) => heldBefore.tables.has(fold(table)),
      };
    },
    unmended: (found) => stillBroken(shadow, now, found),
    settle,
    schema: () => now.objects,
    catalog: () => now,
    close: () => shadow.close(),
  };
}

/** By folded name. */
const tablesMadeIn = (files: readonly MigrationFile[]): ReadonlySet<string> =>
  new Set(
    files.flatMap(({ statements }) =>
      statements.flatMap(({ sql }) => {
        const { action } = parse(sql);
        if (action.kind === "renameTable") return [fold(action.to)];
        return action.kind === "create" && action.object === "table" ? [fold(action.name)] : [];
      }),
    ),
  );

function take(
  index: number,
  statement: Statement,
  before: Catalog,
  shadow: Shadow,
  look: () => Catalog,
  rows: Rows,
): Step {
  const { action, tokens }: Parsed = parse(statement.sql);
  const copy = readCopy(statement.sql, action, tokens, before, shadow.trusted);
  const texts = quotedTexts(shadow.trusted, statement.sql, action, tokens);
  const first = shadow.run(statement.sql);
  const { restore, ...run } =
    first.error === undefined || first.refused
      ? { ...first, restore: undefined }
      : withoutRows(statement.sql, action, before, shadow);
  const byRows = run.error !== undefined && !run.refused && dependsOnRows(run, action, tokens);
  // Made-up parents say nothing of those that are there.
  const isOrphaned = action.kind === "insert" && /^FOREIGN KEY/.test(first.error ?? "");
  const changed = run.error === undefined && run.events.some(changesSchema);
  const after = changed ? look() : before;
  if (restore !== undefined) {
    restore(after);
    populate(shadow.trusted, after);
  }
  return {
    index,
    statement,
    action,
    tokens,
    events: [...run.events, ...copyEvents(copy)],
    copy,
    quotedTexts: texts,
    error: byRows ? undefined : run.error,
    refused: run.refused,
    errorWithRows: run.error === undefined ? first.error : undefined,
    errorByRows: byRows ? run.error : isOrphaned ? first.error : undefined,
    before,
    after,
    rows,
    holds: (table) => rows.origin(table) !== undefined,
  };
}

/** Once more, first without the rows of its own table, then without any; `restore` puts them back. */
function withoutRows(
  sql: string,
  action: Action,
  before: Catalog,
  shadow: Shadow,
): Run & { readonly restore: (after: Catalog) => void } {
  const restore = keepRows(shadow.trusted, before);
  if (action.kind === "insert") {
    empty(shadow.trusted, before, action.table);
    const run = shadow.run(sql);
    if (run.error === undefined) return { ...run, restore };
  }
  empty(shadow.trusted, before);
  return { ...shadow.run(sql), restore };
}

/**
 * Whether a statement that fails without rows may succeed with those of the live database: it refers to rows, or asks for some.
 * What it writes itself, and SQLite refuses, fails everywhere.
 */
function dependsOnRows({ error, compiled, events }: Run, action: Action, all: readonly Token[]): boolean {
  if (!compiled || !["insert", "update", "delete", "select"].includes(action.kind)) return false;
  if (/^FOREIGN KEY constraint failed/.test(error ?? "")) return true;
  const asks =
    all.some(({ keyword }) => keyword === "SELECT") && events.some((event) => event.action === "READ");
  return asks || events.some(({ source }) => source !== "");
}

const changesSchema = (event: Event): boolean => /^(CREATE|DROP|ALTER)_/.test(event.action);

/** Tables of D1, of SQLite and of Lockstep: no subject of any rule but NM1. */
export const isSystem = (table: string): boolean =>
  /^(sqlite_|_cf_)/i.test(table) || reservedTables.some((name) => sameName(name, table));
