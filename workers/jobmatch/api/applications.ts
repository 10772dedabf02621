import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { jobOf } from "./jobs.ts";
import { resumeOf } from "./resumes.ts";

type Env = Pick<JobmatchApiEnv, "DB" | "RESUMES">;

/** A job that somebody applied for. */
export interface Application {
  readonly jobId: string;
  readonly title: string;
  readonly company: string;
  readonly resumeId: string | null;
  readonly createdAt: string;
}

/** Applies for a job once; a second time changes the résumé that goes with it. Throws {@link HttpError} 404. */
export async function apply(
  env: Env,
  userId: string,
  { jobId, resumeId }: { readonly jobId: string; readonly resumeId: string },
  now: string,
): Promise<void> {
  const [job, resume] = await Promise.all([jobOf(env, jobId), resumeOf(env, userId, resumeId)]);
  await env.DB.prepare(
    "INSERT INTO applications (user_id, job_id, resume_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (user_id, job_id) DO UPDATE SET resume_id = excluded.resume_id",
  )
    .bind(userId, job.id, resume.id, now)
    .run();
}

/** A person's own, the newest first. */
export async function applicationsOf(env: Env, userId: string): Promise<readonly Application[]> {
  const { results } = await env.DB.prepare(
    "SELECT jobs.id AS jobId, jobs.title, jobs.company, applications.resume_id AS resumeId, applications.created_at AS createdAt FROM applications JOIN jobs ON jobs.id = applications.job_id WHERE applications.user_id = ? ORDER BY applications.created_at DESC",
  )
    .bind(userId)
    .all<Application>();
  return results;
}
