import { nowSeconds } from "./answers.ts";

/** What a user has, and has had. */
export interface Balance {
  readonly balance: number;
  readonly lifetimePurchased: number;
  readonly lifetimeUsed: number;
}

/** A change of a balance. `amount` counts credits and is positive; the kind says which way they go. */
export interface Change {
  readonly userId: string;
  readonly kind: "purchase" | "use" | "refund" | "bonus";
  readonly amount: number;
  readonly description?: string;
  /** The same payment changes a balance once, however often it is told. */
  readonly paymentId?: string;
}

/** What came of a change: `repeated` for a payment that was booked before, `short` where fewer credits are left than it takes. */
export type Outcome = "booked" | "repeated" | "short";

/**
 * The statements that book a change, to be run in one batch, which is one transaction: the log's row is written only where the balance
 * allows it and the payment is new, and the balance changes only together with that row.
 *
 * @param id of the log's row; other statements of the batch may ask whether it is there
 */
export function bookings(db: D1Database, change: Change, id: string): readonly D1PreparedStatement[] {
  const { userId, kind, amount, description = null, paymentId = null } = change;
  const now = nowSeconds();
  const signed = kind === "use" ? -amount : amount;
  return [
    db
      .prepare(
        "INSERT INTO credits (id, user_id, created_at, updated_at) VALUES (?, ?, ?, ?) ON CONFLICT (user_id) DO NOTHING",
      )
      .bind(crypto.randomUUID(), userId, now, now),
    db
      .prepare(
        `INSERT INTO credit_transactions (id, user_id, type, amount, balance_after, description, stripe_payment_id, created_at)
         SELECT ?1, user_id, ?2, ?3, balance + ?3, ?4, ?5, ?6 FROM credits WHERE user_id = ?7 AND balance + ?3 >= 0
           AND NOT EXISTS (SELECT 1 FROM credit_transactions WHERE stripe_payment_id = ?5 AND type = ?2)`,
      )
      .bind(id, kind, signed, description, paymentId, now, userId),
    db
      .prepare(
        `UPDATE credits SET balance = balance + ?1, updated_at = ?2,
           lifetime_purchased = lifetime_purchased + ?3, lifetime_used = lifetime_used + ?4
         WHERE user_id = ?5 AND EXISTS (SELECT 1 FROM credit_transactions WHERE id = ?6)`,
      )
      .bind(signed, now, kind === "purchase" ? amount : 0, kind === "use" ? amount : 0, userId, id),
  ];
}

/** Books a change, with further statements of the same transaction if there are any. */
export async function book(
  db: D1Database,
  change: Change,
  further: (id: string) => readonly D1PreparedStatement[] = () => [],
): Promise<Outcome> {
  const id = crypto.randomUUID();
  const [, logged] = await db.batch([...bookings(db, change, id), ...further(id)]);
  if (logged?.meta.changes === 1) return "booked";
  return change.kind === "use" ? "short" : "repeated";
}

export async function balanceOf(db: D1Database, userId: string): Promise<Balance> {
  const found = await db
    .prepare(
      "SELECT balance, lifetime_purchased AS lifetimePurchased, lifetime_used AS lifetimeUsed FROM credits WHERE user_id = ?",
    )
    .bind(userId)
    .first<Balance>();
  return found ?? { balance: 0, lifetimePurchased: 0, lifetimeUsed: 0 };
}
