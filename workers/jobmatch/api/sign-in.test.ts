import { Miniflare } from "miniflare";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type OpenIdProvider, openIdProvider } from "../../../test/systems/openid-provider.ts";
import { HttpError } from "./http.ts";
import { finishSignIn, startSignIn, stateSeconds } from "./openid.ts";
import { admit, type RateLimit } from "./rate-limit.ts";
import { closeSession, openSession, sessionSeconds, signedInUser } from "./sessions.ts";

/** Against a real KV and a provider on this machine; the time is the test's. */
let miniflare: Miniflare;
let provider: OpenIdProvider;
let kv: Awaited<ReturnType<Miniflare["getKVNamespace"]>>;
let nowMs = 1_800_000_000_000;
beforeAll(async () => {
  miniflare = new Miniflare({ modules: true, script: "export default {}", kvNamespaces: ["KV"] });
  kv = await miniflare.getKVNamespace("KV");
  provider = await openIdProvider();
});
afterAll(async () => {
  await miniflare.dispose();
  await provider.close();
});
beforeEach(() => {
  nowMs += 86_400_000;
});

const site = "https://jobs.example.com";
const request = (path: string, cookie?: string): Request =>
  new Request(`${site}${path}`, cookie === undefined ? {} : { headers: { cookie } });
const pairOf = (setCookie: string | null): string => (setCookie ?? "").split(";")[0] ?? "";
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof HttpError ? `${error.status} ${error.message}` : String(error)),
  );

test("a session ends with its time or with the sign-out, and its cookie is stored nowhere", async () => {
  const env = { SESSIONS: kv };
  const setCookie = await openSession(env, request("/"), "ada", nowMs);
  expect(setCookie).toMatch(/^session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/);
  const cookie = pairOf(setCookie);
  const who = (atMs: number) => signedInUser(env, request("/", cookie), atMs);
  expect(await who(nowMs + sessionSeconds * 1000 - 1)).toBe("ada");
  expect(await who(nowMs + sessionSeconds * 1000)).toBeUndefined();
  const { keys } = await kv.list();
  expect(keys.map(({ name }) => name)).not.toContain(cookie.replace("session=", ""));
  expect(await signedInUser(env, request("/", "session=guessed"), nowMs)).toBeUndefined();
  expect(await closeSession(env, request("/", cookie))).toContain("Max-Age=0");
  expect(await who(nowMs)).toBeUndefined();
});

test("a cookie is for TLS alone, except on a machine without it", async () => {
  const local = new Request("http://jobmatch-dev.dev.localhost:8787/");
  expect(await openSession({ SESSIONS: kv }, local, "ada", nowMs)).not.toContain("Secure");
});

test("a limit is one client's, and begins anew with its window", async () => {
  const limit: RateLimit = { name: "test", requests: 2, windowSeconds: 60 };
  nowMs = Math.ceil(nowMs / 60_000) * 60_000 + 10_000;
  const ask = (client: string) => refusal(admit({ RATE_LIMITS: kv }, limit, client, nowMs));
  expect([await ask("a"), await ask("a"), await ask("a")]).toEqual([
    "done",
    "done",
    "429 at most 2 requests in 60 seconds",
  ]);
  expect(await ask("b")).toBe("done");
  const refused = await admit({ RATE_LIMITS: kv }, limit, "a", nowMs).catch((error: unknown) => error);
  expect(refused).toMatchObject({ headers: { "retry-after": "50" } });
  nowMs += 50_000;
  expect(await ask("a")).toBe("done");
});

const ada = { sub: "1", email: "Ada@Example.com", name: "Ada", email_verified: true };

/** Goes to the provider and comes back; gives what the browser then has. */
async function begun(returnTo = "/jobs") {
  const env = { OAUTH_STATES: kv, OPENID_ISSUER: provider.issuer, OPENID_CLIENT: "jobmatch" };
  const away = await startSignIn(env, request(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`), nowMs);
  const back = provider.agree(away.headers.get("location") ?? "", ada);
  const cookie = pairOf(away.headers.get("set-cookie"));
  const finish = (path = back, sent: string | undefined = cookie, atMs = nowMs) =>
    finishSignIn(env, request(path, sent), atMs);
  return { env, away, back, cookie, finish };
}

const notBegun = "400 this sign-in was not begun here, took too long, or was finished already";

test("who comes back from the provider is who it says, once", async () => {
  const { away, finish } = await begun();
  const asked = new URL(away.headers.get("location") ?? "").searchParams;
  expect(asked.get("code_challenge_method")).toBe("S256");
  expect(asked.get("redirect_uri")).toBe(`${site}/auth/callback`);
  expect(await finish()).toEqual({
    claims: {
      issuer: provider.issuer,
      subject: "1",
      email: "ada@example.com",
      name: "Ada",
      emailVerified: true,
    },
    returnTo: "/jobs",
  });
  expect(await refusal(finish())).toBe(notBegun);
});

test("a state is for the browser that it was made for, and for ten minutes", async () => {
  const { finish, back } = await begun();
  expect(await refusal(finish(back, "oauth_state=another"))).toBe(notBegun);
  expect(await refusal(finish(back, "session=x"))).toBe(notBegun);
  expect(await refusal(finish(back.replace(/state=[^&]+/, "state=x"), "oauth_state=x"))).toBe(notBegun);
  const late = await begun();
  expect(await refusal(late.finish(late.back, late.cookie, nowMs + stateSeconds * 1000))).toBe(notBegun);
});

test("nobody is sent to another site afterwards", async () => {
  for (const [asked, given] of [
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["/jobs?q=a", "/jobs?q=a"],
  ])
    expect((await (await begun(asked)).finish()).returnTo).toBe(given);
});

test("a code that the provider does not know, and a provider that is not there, are said", async () => {
  const { env, finish, back } = await begun();
  expect(await refusal(finish(back.replace(/code=[^&]+/, "code=stolen")))).toBe(
    `502 the provider at ${provider.issuer}/token answered 400`,
  );
  const denied = await begun();
  expect(await refusal(denied.finish(denied.back.replace(/code=[^&]+/, "error=access_denied")))).toBe(
    "400 the provider did not let you in: access_denied",
  );
  const away = { ...env, OPENID_ISSUER: "http://127.0.0.1:9" };
  expect(await refusal(startSignIn(away, request("/auth/login"), nowMs))).toBe(
    "502 the provider at http://127.0.0.1:9/.well-known/openid-configuration did not answer",
  );
});
