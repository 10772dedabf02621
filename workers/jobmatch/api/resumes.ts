import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { bytes, HttpError } from "./http.ts";

type Env = Pick<JobmatchApiEnv, "DB" | "RESUMES">;

/** A row of `resumes`. */
export interface Resume {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly r2_key: string;
  readonly size_bytes: number;
  readonly created_at: string;
}

const mostBytes = 256 * 1024;
const types = ["text/plain", "text/markdown"];
const columns = "id, user_id, name, r2_key, size_bytes, created_at";

/** Stores a résumé. Throws {@link HttpError} 413 and 415 for what is too large, or is not text although it says so. */
export async function addResume(env: Env, request: Request, userId: string, now: string): Promise<Resume> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (!types.includes(type.trim()))
    throw new HttpError(
      415,
      `a résumé is ${types.join(" or ")}, got ${type === "" ? "no content-type" : type}`,
    );
  const body = await bytes(request, mostBytes);
  readable(body);
  const id = crypto.randomUUID();
  const name = new URL(request.url).searchParams.get("name")?.slice(0, 200) ?? "résumé";
  const key = `${userId}/${id}`;
  // The object first: a row never names one that is not there.
  await env.RESUMES.put(key, body, { httpMetadata: { contentType: `${type.trim()}; charset=utf-8` } });
  await env.DB.prepare(`INSERT INTO resumes (${columns}) VALUES (?, ?, ?, ?, ?, ?)`)
    .bind(id, userId, name, key, body.length, now)
    .run();
  return { id, user_id: userId, name, r2_key: key, size_bytes: body.length, created_at: now };
}

/** Throws {@link HttpError} 415 for bytes that are no UTF-8, or that no text has. */
function readable(body: Uint8Array): void {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
    if (!text.includes("\0")) return;
  } catch {
    // Said below.
  }
  throw new HttpError(415, "the body is not text in UTF-8, whatever its content-type says");
}

/** A person's own résumé. Throws {@link HttpError} 404, also for one of somebody else. */
export async function resumeOf(env: Env, userId: string, id: string): Promise<Resume> {
  const resume = await env.DB.prepare(`SELECT ${columns} FROM resumes WHERE id = ? AND user_id = ?`)
    .bind(id, userId)
    .first<Resume>();
  if (resume === null) throw new HttpError(404, `you have no résumé ${id}`);
  return resume;
}

export async function textOf(env: Env, { id, r2_key }: Resume): Promise<string> {
  const object = await env.RESUMES.get(r2_key);
  if (object === null) throw new Error(`résumé ${id} is listed but its object ${r2_key} is missing`);
  return object.text();
}

/** A person's own, the newest first. */
export async function resumesOf(env: Env, userId: string): Promise<readonly Resume[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${columns} FROM resumes WHERE user_id = ? ORDER BY created_at DESC, id LIMIT 50`,
  )
    .bind(userId)
    .all<Resume>();
  return results;
}

/** The row first: nobody finds a résumé whose text is gone. */
export async function removeResume(env: Env, userId: string, id: string): Promise<void> {
  const { r2_key } = await resumeOf(env, userId, id);
  await env.DB.prepare("DELETE FROM resumes WHERE id = ?").bind(id).run();
  await env.RESUMES.delete(r2_key);
}

export const shownResume = ({ id, name, size_bytes, created_at }: Resume) => ({
  id,
  name,
  sizeBytes: size_bytes,
  createdAt: created_at,
});
