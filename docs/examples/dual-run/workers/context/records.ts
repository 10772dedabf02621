import type { Asked } from "./backends.ts";

/** Writes down what both said to one question. */
export async function record(
  db: D1Database,
  question: string,
  servedBy: "old" | "new",
  first: Asked,
  second: Asked,
): Promise<void> {
  const [old, fresh] = servedBy === "old" ? [first, second] : [second, first];
  const at = new Date().toISOString();
  const compared = db
    .prepare("INSERT INTO comparisons (at, served_by, old_ms, new_ms, error) VALUES (?, ?, ?, ?, ?)")
    .bind(at, servedBy, old.ms, fresh.ms, fresh.error ?? null);
  const differs = old.answer !== undefined && fresh.answer !== undefined && old.answer !== fresh.answer;
  const mismatch = db
    .prepare("INSERT INTO mismatches (at, question, old_answer, new_answer) VALUES (?, ?, ?, ?)")
    .bind(at, question, old.answer ?? "", fresh.answer ?? "");
  await db.batch(differs ? [compared, mismatch] : [compared]);
}

/** What decides whether the share may grow, of the last day: errors and mismatches of a hundred, and the 95th percentile of both. */
export async function report(db: D1Database): Promise<object> {
  const since = new Date(Date.now() - 86_400_000).toISOString();
  const { results } = await db
    .prepare("SELECT old_ms, new_ms, error FROM comparisons WHERE at >= ? ORDER BY at DESC LIMIT 10000")
    .bind(since)
    .all<{ old_ms: number; new_ms: number; error: string | null }>();
  const mismatches = await db
    .prepare("SELECT count(*) AS n FROM mismatches WHERE at >= ?")
    .bind(since)
    .first<{ n: number }>();
  return {
    compared: results.length,
    errors: results.filter(({ error }) => error !== null).length,
    mismatches: mismatches?.n ?? 0,
    oldP95Ms: p95(results.map(({ old_ms }) => old_ms)),
    newP95Ms: p95(results.map(({ new_ms }) => new_ms)),
  };
}

const p95 = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
