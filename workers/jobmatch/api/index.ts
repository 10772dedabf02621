import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { analyse } from "./analyses.ts";
import { applicationsOf, apply } from "./applications.ts";
import { avatarOf, putAvatar } from "./avatars.ts";
import { exportOf, makeExport } from "./exports.ts";
import { HttpError, jsonBody, type Members, text } from "./http.ts";
import { addJob, newestJobs, searchJobs } from "./jobs.ts";
import { finishSignIn, startSignIn } from "./openid.ts";
import { admit, modelLimit, signInLimit } from "./rate-limit.ts";
import { addResume, removeResume, resumeOf, resumesOf, shownResume, textOf } from "./resumes.ts";
import { closeSession, openSession, signedInUser } from "./sessions.ts";
import { shownUser, type User, userFor, userOf } from "./users.ts";

interface Call {
  readonly env: JobmatchApiEnv;
  readonly request: Request;
  readonly url: URL;
  /** The last part of a path that ends with an id. */
  readonly id: string;
  readonly nowMs: number;
  readonly now: string;
}

interface OwnCall extends Call {
  readonly user: User;
}

const found = (): Response => new Response(null, { status: 204 });

/** What anybody may ask. */
const open: Readonly<Record<string, (call: Call) => Promise<Response>>> = {
  "GET /health": async ({ env }) => Response.json({ ok: true, stage: env.STAGE }),
  "POST /auth/email": async ({ env, request, nowMs, now }) => {
    if (env.SIGN_IN !== "email")
      throw new HttpError(404, "this stage signs in at its provider: GET /auth/login");
    await admit(env, signInLimit, client(request), nowMs);
    const email = text(await jsonBody(request), "email", longestAddress).toLowerCase();
    if (!email.includes("@")) throw new HttpError(400, "email must be an address");
    const claims = { issuer: "email", subject: email, email, name: null, emailVerified: false };
    const cookie = await openSession(env, request, await userFor(env, claims, now), nowMs);
    return new Response(null, { status: 204, headers: { "set-cookie": cookie } });
  },
  "GET /auth/login": async ({ env, request, nowMs }) => {
    if (env.SIGN_IN !== "openid")
      throw new HttpError(404, "this stage signs in by address: POST /auth/email");
    await admit(env, signInLimit, client(request), nowMs);
    return startSignIn(env, request, nowMs);
  },
  "GET /auth/callback": async ({ env, request, nowMs, now }) => {
    const { claims, returnTo } = await finishSignIn(env, request, nowMs);
    const cookie = await openSession(env, request, await userFor(env, claims, now), nowMs);
    return new Response(null, { status: 302, headers: { location: returnTo, "set-cookie": cookie } });
  },
  "POST /auth/logout": async ({ env, request }) =>
    new Response(null, { status: 204, headers: { "set-cookie": await closeSession(env, request) } }),
  "GET /api/jobs": async ({ env }) => Response.json(await newestJobs(env)),
};

/** What somebody has to be signed in for. */
const own: Readonly<Record<string, (call: OwnCall) => Promise<Response>>> = {
  "GET /api/me": async ({ user }) => Response.json(shownUser(user)),
  "PUT /api/me/avatar": async ({ env, request, user }) => {
    await putAvatar(env, request, user);
    return found();
  },
  "GET /api/me/avatar": ({ env, user }) => avatarOf(env, user),
  "GET /api/resumes": async ({ env, user }) =>
    Response.json((await resumesOf(env, user.id)).map(shownResume)),
  "POST /api/resumes": async ({ env, request, user, now }) =>
    Response.json(shownResume(await addResume(env, request, user.id, now)), { status: 201 }),
  "GET /api/resumes/:id": async ({ env, user, id }) =>
    new Response(await textOf(env, await resumeOf(env, user.id, id)), {
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    }),
  "DELETE /api/resumes/:id": async ({ env, user, id }) => {
    await removeResume(env, user.id, id);
    return found();
  },
  "POST /api/jobs": async ({ env, request, user, nowMs, now }) => {
    await admit(env, modelLimit, user.id, nowMs);
    const body = await jsonBody(request);
    const job = {
      title: text(body, "title", 200),
      company: text(body, "company", 200),
      description: text(body, "description", 20_000),
    };
    return Response.json(await addJob(env, job, now), { status: 201 });
  },
  "GET /api/jobs/search": async ({ env, url, user, nowMs }) => {
    const question = url.searchParams.get("q")?.trim() ?? "";
    if (question === "") throw new HttpError(400, "the query parameter q is missing or empty");
    await admit(env, modelLimit, user.id, nowMs);
    return Response.json(await searchJobs(env, question));
  },
  "POST /api/analyses": async ({ env, request, user, nowMs, now }) => {
    await admit(env, modelLimit, user.id, nowMs);
    return Response.json(await analyse(env, user.id, idsIn(await jsonBody(request)), now));
  },
  "GET /api/applications": async ({ env, user }) => Response.json(await applicationsOf(env, user.id)),
  "POST /api/applications": async ({ env, request, user, now }) => {
    await apply(env, user.id, idsIn(await jsonBody(request)), now);
    return found();
  },
  "POST /api/exports": async ({ env, user, now }) =>
    Response.json({ id: await makeExport(env, user, now) }, { status: 201 }),
  "GET /api/exports/:id": ({ env, user, id }) => exportOf(env, user, id),
};

/** Of an address by RFC 5321. */
const longestAddress = 254;

const idsIn = (body: Members) => ({
  resumeId: text(body, "resumeId", 64),
  jobId: text(body, "jobId", 64),
});

const client = (request: Request): string => request.headers.get("cf-connecting-ip") ?? "unknown";

async function answerTo(request: Request, env: JobmatchApiEnv): Promise<Response> {
  const url = new URL(request.url);
  const nowMs = Date.now();
  const [, , , id = ""] = url.pathname.split("/");
  const exact = `${request.method} ${url.pathname}`;
  const withId = id === "" ? exact : `${exact.slice(0, -id.length)}:id`;
  const call: Call = { env, request, url, id, nowMs, now: new Date(nowMs).toISOString() };
  const forAll = open[exact];
  if (forAll !== undefined) return forAll(call);
  const forOne = own[exact] ?? own[withId];
  if (forOne === undefined) throw new HttpError(404, `there is no ${exact}`);
  const userId = await signedInUser(env, request, nowMs);
  const user = userId === undefined ? null : await userOf(env, userId);
  if (user === null) throw new HttpError(401, "sign in first");
  return forOne({ ...call, user });
}

/** Jobmatch over HTTP: what the page asks. */
export default {
  async fetch(request, env) {
    try {
      return await answerTo(request, env);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return Response.json({ error: error.message }, { status: error.status, headers: error.headers });
    }
  },
} satisfies ExportedHandler<JobmatchApiEnv>;
