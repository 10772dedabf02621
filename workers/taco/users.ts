import { nowSeconds } from "./answers.ts";

/** The user of an address, made at the first login. Who comes back after a deletion has the same id, and what was kept. */
export async function signedUp(db: D1Database, email: string): Promise<string> {
  const now = nowSeconds();
  const user = await db
    .prepare(
      `INSERT INTO users (id, email, created_at, last_login_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (email) DO UPDATE SET last_login_at = excluded.last_login_at, is_deleted = 0, deleted_at = NULL
       RETURNING id`,
    )
    .bind(crypto.randomUUID(), email, now, now)
    .first<{ readonly id: string }>();
  if (user === null) throw new Error(`no user was made for ${email}`);
  return user.id;
}

/** Marks the user as deleted and ends all sessions. The row stays: bills refer to it. */
export async function softDelete(db: D1Database, userId: string): Promise<void> {
  await db.batch([
    db.prepare("UPDATE users SET is_deleted = 1, deleted_at = ? WHERE id = ?").bind(nowSeconds(), userId),
    db.prepare("DELETE FROM sessions WHERE user_id = ?").bind(userId),
  ]);
}
