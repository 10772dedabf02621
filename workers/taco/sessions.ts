import { nowSeconds, Refused } from "./answers.ts";
import { digestOf, newToken } from "./bytes.ts";

/** Somebody who is signed in. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly timezone: string | null;
  readonly stripeCustomerId: string | null;
  /** Unix seconds. */
  readonly createdAt: number;
}

const sessionSeconds = 30 * 24 * 60 * 60;

/** A session of the user. Only its digest is kept: who reads the database cannot sign in with it. */
export async function newSession(db: D1Database, userId: string): Promise<string> {
  const token = newToken();
  const now = nowSeconds();
  await db
    .prepare("INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)")
    .bind(await digestOf(token), userId, now, now + sessionSeconds)
    .run();
  return token;
}

/** Whom the request's bearer token belongs to. */
export async function userOf(db: D1Database, request: Request): Promise<User> {
  const token = bearerOf(request);
  const user =
    token === undefined
      ? null
      : await db
          .prepare(
            `SELECT users.id, email, timezone, stripe_customer_id AS stripeCustomerId, users.created_at AS createdAt
             FROM sessions JOIN users ON users.id = sessions.user_id
             WHERE sessions.id = ? AND expires_at > ? AND is_deleted = 0`,
          )
          .bind(await digestOf(token), nowSeconds())
          .first<User>();
  if (user === null)
    throw new Refused(401, "sign in first: authorization: Bearer <token of POST /api/auth/session>");
  return user;
}

/** Ends the session that the request names. */
export async function endSession(db: D1Database, request: Request): Promise<void> {
  const token = bearerOf(request);
  if (token !== undefined)
    await db
      .prepare("DELETE FROM sessions WHERE id = ?")
      .bind(await digestOf(token))
      .run();
}

export const bearerOf = (request: Request): string | undefined =>
  /^Bearer ([\w.-]+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
