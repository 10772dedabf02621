import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { digest, randomToken } from "./digest.ts";
import { cookie, setCookie } from "./http.ts";

type Env = Pick<JobmatchApiEnv, "SESSIONS">;

const cookieName = "session";
export const sessionSeconds = 7 * 24 * 60 * 60;

interface Session {
  readonly userId: string;
  readonly untilMs: number;
}

/** Signs somebody in; gives the `set-cookie` header. Only a digest of the cookie is stored: who reads the namespace cannot use it. */
export async function openSession(
  env: Env,
  request: Request,
  userId: string,
  nowMs: number,
): Promise<string> {
  const token = randomToken();
  const session: Session = { userId, untilMs: nowMs + sessionSeconds * 1000 };
  await env.SESSIONS.put(await digest(token), JSON.stringify(session), { expirationTtl: sessionSeconds });
  return setCookie(request, cookieName, token, sessionSeconds);
}

/** The id of who is signed in; undefined without a session, and after its end. */
export async function signedInUser(env: Env, request: Request, nowMs: number): Promise<string | undefined> {
  const token = cookie(request, cookieName);
  if (token === undefined) return undefined;
  const session = await env.SESSIONS.get<Session>(await digest(token), "json");
  return session !== null && session.untilMs > nowMs ? session.userId : undefined;
}

/** Signs out; gives the `set-cookie` header that takes the cookie back. */
export async function closeSession(env: Env, request: Request): Promise<string> {
  const token = cookie(request, cookieName);
  if (token !== undefined) await env.SESSIONS.delete(await digest(token));
  return setCookie(request, cookieName, "", 0);
}
