import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { HttpError } from "./http.ts";

type Env = Pick<JobmatchApiEnv, "DB">;

/** A row of `users`. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly avatar_key: string | null;
  readonly created_at: string;
  readonly email_verified: number;
}

/** What somebody who vouches for a person says of them. */
export interface Claims {
  readonly issuer: string;
  /** The person's id there. */
  readonly subject: string;
  readonly email: string;
  readonly name: string | null;
  readonly emailVerified: boolean;
}

const columns = "id, email, name, avatar_key, created_at, email_verified";

export const userOf = (env: Env, id: string): Promise<User | null> =>
  env.DB.prepare(`SELECT ${columns} FROM users WHERE id = ?`).bind(id).first<User>();

/**
 * The user that the claims are about, made if need be. A known address belongs to its user: another identity with it is taken
 * in only where its issuer has verified the address. Throws {@link HttpError} 403 otherwise.
 */
export async function userFor(env: Env, claims: Claims, now: string): Promise<string> {
  const { issuer, subject, email, name, emailVerified } = claims;
  const known = await env.DB.prepare("SELECT user_id FROM identities WHERE issuer = ? AND subject = ?")
    .bind(issuer, subject)
    .first<{ user_id: string }>();
  if (known !== null) {
    if (emailVerified) await verified(env, known.user_id, email);
    return known.user_id;
  }
  const owner = await env.DB.prepare("SELECT id FROM users WHERE email = ?")
    .bind(email)
    .first<{ id: string }>();
  if (owner !== null && !emailVerified)
    throw new HttpError(
      403,
      `${email} has an account here, and ${issuer} has not verified that the address is yours`,
    );
  const id = owner?.id ?? crypto.randomUUID();
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO users (id, email, name, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    ).bind(id, email, name, now),
    env.DB.prepare("INSERT INTO identities (issuer, subject, user_id, created_at) VALUES (?, ?, ?, ?)").bind(
      issuer,
      subject,
      id,
      now,
    ),
  ]);
  if (emailVerified) await verified(env, id, email);
  return id;
}

/** Only of the address that was verified: the user may have another one by now. */
async function verified(env: Env, userId: string, email: string): Promise<void> {
  await env.DB.prepare(
    "UPDATE users SET email_verified = 1 WHERE id = ? AND email = ? AND email_verified = 0",
  )
    .bind(userId, email)
    .run();
}

/** What a person sees of themselves. */
export const shownUser = (user: User) => ({
  id: user.id,
  email: user.email,
  emailVerified: user.email_verified === 1,
  name: user.name,
  hasAvatar: user.avatar_key !== null,
  createdAt: user.created_at,
});
