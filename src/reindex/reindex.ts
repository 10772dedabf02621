import type { Database } from "../migrations/database/database.ts";
import { begun, ended, note } from "./journal.ts";
import { keyOf, nextRows, type Row, type Selection } from "./select.ts";

/** What the job works with. */
export interface Reindexing {
  readonly database: Database;
  readonly selection: Selection;
  /** Sends messages, at most {@link batchRows} of them; throws where they were not taken. */
  readonly send: (messages: readonly Row[]) => Promise<void>;
  /** Where it is kept how far it came, and what of. */
  readonly journal: { readonly file: string; readonly recipe: string };
  /** Messages a second, at most. */
  readonly rate: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears how many were sent, with those of the run that this one goes on from. */
  readonly progress: (sent: number) => void;
}

/** Cloudflare takes so many messages in one request. */
export const batchRows = 100;

/**
 * Sends every row of a recipe as a message. A run that was ended on the way is gone on with behind the last batch that was taken: at most one batch is
 * sent twice, which a consumer has to bear anyway.
 */
export async function reindex(
  job: Reindexing,
): Promise<{ readonly sent: number; readonly resumedAt: number }> {
  const { database, selection, journal, rate, sleep } = job;
  const before = begun(journal.file, journal.recipe);
  let after = before?.after;
  let sent = before?.sent ?? 0;
  for (;;) {
    const startedMs = performance.now();
    const rows = await nextRows(database, selection, after, batchRows);
    const last = rows.at(-1);
    if (last === undefined) break;
    // Asked before anything is sent: a row without a key would end the job in the middle.
    for (const row of rows) keyOf(row, selection);
    await job.send(rows);
    after = keyOf(last, selection);
    sent += rows.length;
    note(journal.file, { recipe: journal.recipe, after, sent });
    job.progress(sent);
    if (rows.length < batchRows) break;
    await sleep(Math.max(0, (rows.length / rate) * 1000 - (performance.now() - startedMs)));
  }
  ended(journal.file);
  return { sent, resumedAt: before?.sent ?? 0 };
}
