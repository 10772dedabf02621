/** A page of a list: its rows, and where the next one begins. */
export interface Page {
  readonly rows: readonly Record<string, unknown>[];
  /** For the next request's `after`; null at the end. */
  readonly next: string | null;
}

const rowsPerPage = 100;

/** Each in the order of a column that no two rows share. */
const lists: Readonly<Record<string, { readonly sql: string; readonly by: string }>> = {
  documents: {
    sql: "SELECT r2_key, title, company, status, error, updated_at FROM documents WHERE r2_key > ? ORDER BY r2_key LIMIT ?",
    by: "r2_key",
  },
  "dead-letters": {
    sql: "SELECT id, r2_key, body, error, received_at FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?",
    by: "id",
  },
  "missing-objects": {
    sql: "SELECT r2_key, document_id, first_seen_at, last_seen_at FROM missing_objects WHERE r2_key > ? ORDER BY r2_key LIMIT ?",
    by: "r2_key",
  },
};

/** @param after the `next` of the page before; empty for the first */
export async function page(db: D1Database, list: string, after: string): Promise<Page> {
  const { sql, by } = lists[list] ?? unknown(list);
  const { results } = await db.prepare(sql).bind(after, rowsPerPage).all();
  const last = results.at(-1)?.[by];
  return { rows: results, next: results.length < rowsPerPage ? null : String(last) };
}

function unknown(list: string): never {
  throw new Error(`there is no list ${list}`);
}
