import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { digest } from "./digest.ts";
import { cosine, embed } from "./embeddings.ts";
import { jobOf, jobText } from "./jobs.ts";
import { type AnswerSource, answer } from "./models.ts";
import { resumeOf, textOf } from "./resumes.ts";

/** How well a résumé fits a job. */
export interface Analysis {
  /** Cosine of both texts. */
  readonly score: number;
  /** In the résumé's words: what of it the job asks for. */
  readonly summary: string;
  /** `cache`: the same résumé and job were analysed before, by whomever. */
  readonly from: "cache" | AnswerSource;
}

type Cached = Pick<Analysis, "score" | "summary">;

const cachedSeconds = 24 * 60 * 60;

/** Analyses a person's own résumé against a job, and keeps what came out. Throws {@link HttpError} 404 where one is missing. */
export async function analyse(
  env: JobmatchApiEnv,
  userId: string,
  ids: { readonly resumeId: string; readonly jobId: string },
  now: string,
): Promise<Analysis> {
  const [resume, job] = await Promise.all([resumeOf(env, userId, ids.resumeId), jobOf(env, ids.jobId)]);
  const texts = { resume: await textOf(env, resume), job: jobText(job) };
  const key = await digest(texts.resume, texts.job);
  const cached = await env.JOB_ANALYSIS_CACHE.get<Cached>(key, "json");
  const analysis: Analysis = cached === null ? await asked(env, texts) : { ...cached, from: "cache" };
  const { score, summary } = analysis;
  if (cached === null)
    await env.JOB_ANALYSIS_CACHE.put(key, JSON.stringify({ score, summary }), {
      expirationTtl: cachedSeconds,
    });
  await env.DB.prepare(
    "INSERT INTO analyses (resume_id, job_id, score, summary, created_at) VALUES (?, ?, ?, ?, ?) " +
      "ON CONFLICT (resume_id, job_id) DO UPDATE SET score = excluded.score, summary = excluded.summary, created_at = excluded.created_at",
  )
    .bind(resume.id, job.id, score, summary, now)
    .run();
  return analysis;
}

async function asked(
  env: JobmatchApiEnv,
  texts: { readonly resume: string; readonly job: string },
): Promise<Analysis> {
  const [resume, job] = await Promise.all([embed(env, texts.resume), embed(env, texts.job)]);
  const { text, from } = await answer(
    env,
    `Say in the words of this résumé what of it the job asks for.\n\n${texts.resume}`,
    texts.job,
  );
  return { score: cosine(resume, job), summary: text, from };
}
