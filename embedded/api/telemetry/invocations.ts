import { z } from "zod";
import type { Invocation } from "../../runtime/compute.ts";
import type { State } from "../../state.ts";
import { ratesOf } from "./rates.ts";
import { writtenLater } from "./written-later.ts";

const row = z.object({
  id: z.number(),
  script: z.string(),
  version: z.string(),
  atMs: z.number(),
  wallMs: z.number(),
  status: z.number(),
  exception: z.number().transform((value) => value === 1),
  event: z.string(),
  trigger: z.string(),
});

/** An invocation as metrics know it. Its version is "" where nothing tells it. */
export type StoredInvocation = z.infer<typeof row> & {
  /** How many invocations it stands for. */
  readonly weight: number;
};

/** Finished invocations of the last week, so that metrics can be answered. */
export interface Invocations {
  record(invocation: Invocation): void;
  /** Those that metrics know of by now: later, fewer and less well known than those that were recorded, as {@link ratesOf} says. */
  between(account: string, fromMs: number, toMs: number): readonly StoredInvocation[];
  /** Writes what is still in memory. */
  close(): void;
}

const opened = new WeakMap<State, Invocations>();

export function openInvocations(state: State): Invocations {
  const known = opened.get(state);
  if (known !== undefined) return known;
  state.sqlite.exec(`CREATE TABLE IF NOT EXISTS invocations(account TEXT NOT NULL, script TEXT NOT NULL, version TEXT NOT NULL,
    at_ms INTEGER NOT NULL, wall_ms REAL NOT NULL, status INTEGER NOT NULL, exception INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS invocations_at ON invocations(account, at_ms)`);
  addColumns(state);
  const insert = state.sqlite.prepare("INSERT INTO invocations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const select = state.sqlite.prepare(
    `SELECT rowid AS id, script, version, at_ms AS atMs, wall_ms AS wallMs, status, exception, event, "trigger"
       FROM invocations WHERE account = ? AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms`,
  );
  const later = writtenLater<Invocation>(state, "metrics", "invocations", (each) =>
    insert.run(
      each.account,
      each.script,
      each.version,
      Math.round(each.atMs),
      each.wallMs,
      each.status,
      each.exception ? 1 : 0,
      each.event,
      each.trigger,
    ),
  );
  const invocations: Invocations = {
    record: later.add,
    between(account, fromMs, toMs) {
      later.flush();
      const { delayMs, sampleInterval, unattributed } = ratesOf(state, account);
      return z
        .array(row)
        .parse(select.all(account, fromMs, Math.min(toMs, Date.now() - delayMs)))
        .filter(({ id }) => fraction(id, 1) < 1 / sampleInterval)
        .map((each) => ({
          ...each,
          version: fraction(each.id, 2) < unattributed ? "" : each.version,
          weight: sampleInterval,
        }));
    },
    close: later.flush,
  };
  opened.set(state, invocations);
  return invocations;
}

/** Of tables that were made before there were these. */
function addColumns({ sqlite }: State): void {
  const names = sqlite
    .prepare("PRAGMA table_info(invocations)")
    .all()
    .map(({ name }) => name);
  if (names.includes("event")) return;
  sqlite.exec(`ALTER TABLE invocations ADD COLUMN event TEXT NOT NULL DEFAULT 'fetch';
    ALTER TABLE invocations ADD COLUMN "trigger" TEXT NOT NULL DEFAULT ''`);
}

/** A number below 1 that is always the same for a row, and of which neighbours tell nothing (splitmix32). */
function fraction(id: number, salt: number): number {
  let mixed = (Math.imul(id, 0x9e3779b9) + Math.imul(salt, 0x85ebca6b)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
