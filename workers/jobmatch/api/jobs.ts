import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { digest } from "./digest.ts";
import { embed } from "./embeddings.ts";
import { HttpError } from "./http.ts";

/** A row of `jobs`. */
export interface Job {
  readonly id: string;
  readonly title: string;
  readonly company: string;
  readonly description: string;
  readonly created_at: string;
}

export type NewJob = Pick<Job, "title" | "company" | "description">;

const columns = "id, title, company, description, created_at";
const listed = 50;
const found = 10;

/** What the model is to know of a job. */
export const jobText = ({ title, company, description }: NewJob): string =>
  `${title} at ${company}\n${description}`;

/** Stores a job once: the same text is the same job. Row first, point second; a call that was cut is finished by the next one. */
export async function addJob(env: JobmatchApiEnv, job: NewJob, now: string): Promise<Job> {
  const id = (await digest(jobText(job))).slice(0, 32);
  await env.DB.prepare(
    "INSERT INTO jobs (id, title, company, description, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
  )
    .bind(id, job.title, job.company, job.description, now)
    .run();
  await env.JOBS.upsert([{ id, values: await embed(env, jobText(job)) }]);
  return jobOf(env, id);
}

/** Throws {@link HttpError} 404. */
export async function jobOf(env: Pick<JobmatchApiEnv, "DB">, id: string): Promise<Job> {
  const job = await env.DB.prepare(`SELECT ${columns} FROM jobs WHERE id = ?`).bind(id).first<Job>();
  if (job === null) throw new HttpError(404, `there is no job ${id}`);
  return job;
}

/** The newest jobs first. */
export async function newestJobs(env: Pick<JobmatchApiEnv, "DB">): Promise<readonly Job[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${columns} FROM jobs ORDER BY created_at DESC, id LIMIT ${listed}`,
  ).all<Job>();
  return results;
}

/** The jobs that are nearest to what was asked, the nearest first, each with its cosine. */
export async function searchJobs(
  env: JobmatchApiEnv,
  question: string,
): Promise<readonly (Job & { readonly score: number })[]> {
  const { matches } = await env.JOBS.query(await embed(env, question), { topK: found });
  if (matches.length === 0) return [];
  const { results } = await env.DB.prepare(
    `SELECT ${columns} FROM jobs WHERE id IN (${matches.map(() => "?").join(", ")})`,
  )
    .bind(...matches.map(({ id }) => id))
    .all<Job>();
  const byId = new Map(results.map((job) => [job.id, job]));
  // The index may still know a job that is gone.
  return matches.flatMap(({ id, score }) => {
    const job = byId.get(id);
    return job === undefined ? [] : [{ ...job, score }];
  });
}
