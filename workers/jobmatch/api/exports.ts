import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { HttpError } from "./http.ts";
import { resumesOf, textOf } from "./resumes.ts";
import { shownUser, type User } from "./users.ts";

type Env = Pick<JobmatchApiEnv, "DB" | "RESUMES" | "EXPORTS">;

/** Writes everything that is kept of a person into one file; gives its id. */
export async function makeExport(env: Env, user: User, now: string): Promise<string> {
  const resumes = await Promise.all(
    (await resumesOf(env, user.id)).map(async (resume) => ({
      name: resume.name,
      createdAt: resume.created_at,
      text: await textOf(env, resume),
    })),
  );
  const [analyses, applications] = await env.DB.batch([
    env.DB.prepare(
      "SELECT jobs.title, jobs.company, analyses.score, analyses.summary, analyses.created_at FROM analyses JOIN resumes ON resumes.id = analyses.resume_id JOIN jobs ON jobs.id = analyses.job_id WHERE resumes.user_id = ? ORDER BY analyses.created_at",
    ).bind(user.id),
    env.DB.prepare(
      "SELECT jobs.title, jobs.company, applications.created_at FROM applications JOIN jobs ON jobs.id = applications.job_id WHERE applications.user_id = ? ORDER BY applications.created_at",
    ).bind(user.id),
  ]);
  const id = crypto.randomUUID();
  const content = {
    user: shownUser(user),
    resumes,
    analyses: analyses?.results ?? [],
    applications: applications?.results ?? [],
    createdAt: now,
  };
  await env.EXPORTS.put(keyOf(user, id), JSON.stringify(content, undefined, 2), {
    httpMetadata: { contentType: "application/json" },
  });
  return id;
}

/** Throws {@link HttpError} 404, also for somebody else's. */
export async function exportOf(env: Env, user: User, id: string): Promise<Response> {
  const object = await env.EXPORTS.get(keyOf(user, id));
  if (object === null) throw new HttpError(404, `you have no export ${id}`);
  return new Response(object.body, {
    headers: {
      "content-type": "application/json",
      "content-disposition": `attachment; filename="jobmatch-export.json"`,
      "cache-control": "private, no-store",
    },
  });
}

const keyOf = ({ id: userId }: User, id: string): string => `${userId}/${id}.json`;
