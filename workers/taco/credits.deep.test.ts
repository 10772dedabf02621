import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { split } from "../../src/migrations/sql/split.ts";
import { balanceOf, book, type Change } from "./credits.ts";

let cloudflare: Miniflare;
let db: D1Database;
beforeAll(async () => {
  cloudflare = new Miniflare({
    modules: true,
    script: "export default { fetch: () => new Response() };",
    d1Databases: ["DB"],
  });
  db = await cloudflare.getD1Database("DB");
  const folder = "migrations/taco/billing";
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort())
    for (const { sql } of split(readFileSync(join(folder, file), "utf8")).pieces) await db.prepare(sql).run();
});
afterAll(() => cloudflare.dispose());

interface Row {
  readonly type: string;
  readonly amount: number;
  readonly balance_after: number;
  readonly stripe_payment_id: string | null;
}

const rows = async (userId: string): Promise<readonly Row[]> =>
  (
    await db
      .prepare("SELECT * FROM credit_transactions WHERE user_id = ? ORDER BY rowid")
      .bind(userId)
      .all<Row>()
  ).results;

/** What has to hold of a user's credits whatever happened. */
async function expectToAddUp(userId: string): Promise<void> {
  const log = await rows(userId);
  let sum = 0;
  for (const { amount, balance_after } of log) {
    sum += amount;
    expect(balance_after).toBe(sum);
    expect(sum).toBeGreaterThanOrEqual(0);
  }
  const of = (type: string): number =>
    log.filter((row) => row.type === type).reduce((all, { amount }) => all + Math.abs(amount), 0);
  expect(await balanceOf(db, userId)).toEqual({
    balance: sum,
    lifetimePurchased: of("purchase"),
    lifetimeUsed: of("use"),
  });
  const payments = log.flatMap(({ type, stripe_payment_id: id }) => (id === null ? [] : [`${type} ${id}`]));
  expect(new Set(payments).size).toBe(payments.length);
}

/** The same numbers in every run: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const a = Math.imul(state ^ (state >>> 15), 1 | state);
    const b = (a + Math.imul(a ^ (a >>> 7), 61 | a)) ^ a;
    return ((b ^ (b >>> 14)) >>> 0) / 4294967296;
  };
}

function changes(userId: string, seed: number, count: number): readonly Change[] {
  const next = random(seed);
  return Array.from({ length: count }, (): Change => {
    const amount = 1 + Math.floor(next() * 9);
    const kind =
      (["purchase", "use", "use", "use", "refund", "bonus"] as const)[Math.floor(next() * 6)] ?? "use";
    // Few payments and many tellings of them: most are repeats.
    return kind === "purchase"
      ? { userId, kind, amount: 5, paymentId: `pi_${userId}_${Math.floor(next() * 6)}` }
      : { userId, kind, amount };
  });
}

test.each([
  1, 2, 3,
])("credits add up after any sequence of changes, one after another (seed %i)", async (seed) => {
  const userId = `one-by-one-${seed}`;
  let [balance, paid] = [0, new Set<string>()];
  for (const change of changes(userId, seed, 60)) {
    const outcome = await book(db, change);
    if (change.kind === "use") {
      expect(outcome).toBe(change.amount <= balance ? "booked" : "short");
      if (outcome === "booked") balance -= change.amount;
    } else {
      expect(outcome).toBe(
        change.paymentId !== undefined && paid.has(change.paymentId) ? "repeated" : "booked",
      );
      if (outcome === "booked") balance += change.amount;
      if (change.paymentId !== undefined) paid = new Set([...paid, change.paymentId]);
    }
  }
  expect((await balanceOf(db, userId)).balance).toBe(balance);
  await expectToAddUp(userId);
});

test.each([4, 5, 6])("and when all of them come at once (seed %i)", async (seed) => {
  const userId = `at-once-${seed}`;
  const outcomes = await Promise.all(changes(userId, seed, 60).map((change) => book(db, change)));
  expect(outcomes).toContain("booked");
  expect(outcomes).toContain("repeated");
  await expectToAddUp(userId);
});

test("of two that want the last credit at once one gets it, and what belongs to a use is there exactly once", async () => {
  const userId = "last";
  await book(db, { userId, kind: "bonus", amount: 1 });
  const further = (id: string) => [
    db
      .prepare(
        "INSERT INTO usage (id, user_id, resource, month, created_at) SELECT id, user_id, 'r', '2026-01', 0 FROM credit_transactions WHERE id = ?",
      )
      .bind(id),
  ];
  const both = await Promise.all([1, 2].map(() => book(db, { userId, kind: "use", amount: 1 }, further)));
  expect(both.toSorted()).toEqual(["booked", "short"]);
  const used = await db.prepare("SELECT count(*) AS n FROM usage WHERE user_id = ?").bind(userId).first("n");
  expect(used).toBe(1);
});
