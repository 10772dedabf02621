import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { base64url, randomToken } from "./digest.ts";
import { cookie, HttpError, type Members, membersOf, setCookie } from "./http.ts";
import type { Claims } from "./users.ts";

type Env = Pick<JobmatchApiEnv, "OAUTH_STATES" | "OPENID_ISSUER" | "OPENID_CLIENT">;

const cookieName = "oauth_state";
/** As long as somebody may take to type a password. */
export const stateSeconds = 600;

/** What is remembered between the way to the provider and the way back. */
interface Started {
  readonly verifier: string;
  readonly returnTo: string;
  readonly untilMs: number;
}

/** What came of a sign-in. */
export interface Finished {
  readonly claims: Claims;
  /** Path of this site. */
  readonly returnTo: string;
}

/**
 * Sends the browser to the provider. Authorization code with PKCE: the proof is made anew for each sign-in, so there is no
 * client secret to keep.
 */
export async function startSignIn(env: Env, request: Request, nowMs: number): Promise<Response> {
  const { text } = await provider(env);
  const [state, verifier] = [randomToken(), randomToken()];
  const asked = new URL(request.url).searchParams.get("returnTo") ?? "/";
  const started: Started = { verifier, returnTo: ownPath(asked), untilMs: nowMs + stateSeconds * 1000 };
  await env.OAUTH_STATES.put(state, JSON.stringify(started), { expirationTtl: stateSeconds });
  const challenge = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const to = new URL(text("authorization_endpoint"));
  for (const [name, value] of Object.entries({
    response_type: "code",
    client_id: env.OPENID_CLIENT,
    redirect_uri: callbackOf(request),
    scope: "openid email profile",
    state,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  }))
    to.searchParams.set(name, value);
  return new Response(null, {
    status: 302,
    headers: { location: to.href, "set-cookie": setCookie(request, cookieName, state, stateSeconds) },
  });
}

/**
 * What the provider says of who came back. A state is good once, for the browser that it was made for, for ten minutes.
 * Throws {@link HttpError} 400 for any other, and 502 when the provider refuses the code.
 */
export async function finishSignIn(env: Env, request: Request, nowMs: number): Promise<Finished> {
  const { searchParams } = new URL(request.url);
  const [state, code] = [searchParams.get("state") ?? "", searchParams.get("code") ?? ""];
  const refused = new HttpError(
    400,
    "this sign-in was not begun here, took too long, or was finished already",
  );
  if (state === "" || cookie(request, cookieName) !== state) throw refused;
  const started = await env.OAUTH_STATES.get<Started>(state, "json");
  // Elsewhere KV may still show it for a while; the provider takes a code only once, too.
  await env.OAUTH_STATES.delete(state);
  if (started === null || started.untilMs <= nowMs) throw refused;
  if (code === "")
    throw new HttpError(
      400,
      `the provider did not let you in: ${searchParams.get("error") ?? "it gave no code"}`,
    );
  const { text: endpoint } = await provider(env);
  const token = await ask(endpoint("token_endpoint"), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: callbackOf(request),
      client_id: env.OPENID_CLIENT,
      code_verifier: started.verifier,
    }),
  });
  const person = await ask(endpoint("userinfo_endpoint"), {
    headers: { authorization: `Bearer ${token.text("access_token")}` },
  });
  const name = person.members.get("name");
  return {
    claims: {
      issuer: env.OPENID_ISSUER,
      subject: person.text("sub"),
      email: person.text("email").toLowerCase(),
      name: typeof name === "string" ? name : null,
      emailVerified: person.members.get("email_verified") === true,
    },
    returnTo: started.returnTo,
  };
}

const callbackOf = (request: Request): string => new URL("/auth/callback", request.url).href;

/** A path of this site and of no other: `//example.com` and `/\example.com` are addresses. */
const ownPath = (path: string): string => (/^\/(?![/\\])/.test(path) ? path : "/");

/** The provider's addresses, as it publishes them. */
const provider = (env: Env): Promise<Told> => ask(`${env.OPENID_ISSUER}/.well-known/openid-configuration`);

/** What the provider answered: its members, and those of them that have to be texts. */
interface Told {
  readonly members: Members;
  readonly text: (name: string) => string;
}

/** Asks the provider. Throws {@link HttpError} 502 for an answer that cannot be used, also later for a member that is missing. */
async function ask(address: string, init: RequestInit = {}): Promise<Told> {
  const failed = (reason: string): HttpError => new HttpError(502, `the provider at ${address} ${reason}`);
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch {
    throw failed("did not answer");
  }
  if (!response.ok) throw failed(`answered ${response.status}`);
  const members = membersOf(await response.json().catch(() => undefined));
  return {
    members,
    text: (name) => {
      const value = members.get(name);
      if (typeof value === "string" && value !== "") return value;
      throw failed(`answered without ${name}`);
    },
  };
}
