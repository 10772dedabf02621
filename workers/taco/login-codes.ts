import { nowSeconds, Refused } from "./answers.ts";
import { digestOf, isSame } from "./bytes.ts";

const codeSeconds = 10 * 60;
const mostAttempts = 5;

/** A new code of six digits for an address, in place of an earlier one. */
export async function newCode(db: D1Database, email: string): Promise<string> {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  const code = String(number % 1_000_000).padStart(6, "0");
  await db
    .prepare(
      `INSERT INTO login_codes (email, code_digest, attempts, expires_at) VALUES (?, ?, 0, ?)
       ON CONFLICT (email) DO UPDATE SET code_digest = excluded.code_digest, attempts = 0, expires_at = excluded.expires_at`,
    )
    .bind(email, await digestOf(`${email} ${code}`), nowSeconds() + codeSeconds)
    .run();
  return code;
}

/** Uses a code up. A wrong one counts, and after five of them the right one is worth nothing either. */
export async function useCode(db: D1Database, email: string, code: string): Promise<void> {
  const refused = new Refused(401, "the code is wrong, too old or used; ask for another one");
  const kept = await db
    .prepare(
      "UPDATE login_codes SET attempts = attempts + 1 WHERE email = ? AND expires_at > ? AND attempts < ? RETURNING code_digest AS digest",
    )
    .bind(email, nowSeconds(), mostAttempts)
    .first<{ readonly digest: string }>();
  if (kept === null || !(await isSame(kept.digest, await digestOf(`${email} ${code}`)))) throw refused;
  const { meta } = await db
    .prepare("DELETE FROM login_codes WHERE email = ? AND code_digest = ?")
    .bind(email, kept.digest)
    .run();
  if (meta.changes === 0) throw refused;
}
