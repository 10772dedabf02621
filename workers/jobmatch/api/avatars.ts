import type { JobmatchApiEnv } from "../../../src/systems/jobmatch.ts";
import { bytes, HttpError } from "./http.ts";
import type { User } from "./users.ts";

type Env = Pick<JobmatchApiEnv, "DB" | "AVATARS">;

const mostBytes = 512 * 1024;

/** How a file of each type begins: what a browser would show is told by its bytes, not by what the sender calls it. */
const signatures: Readonly<Record<string, readonly number[]>> = {
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  "image/jpeg": [0xff, 0xd8, 0xff],
  "image/gif": [0x47, 0x49, 0x46, 0x38],
};

/** The type of an image, from its first bytes; undefined for anything else. */
export const imageType = (body: Uint8Array): string | undefined =>
  Object.entries(signatures).find(([, signature]) => signature.every((byte, i) => body[i] === byte))?.[0];

/** Throws {@link HttpError} 413 and 415. */
export async function putAvatar(env: Env, request: Request, user: User): Promise<void> {
  const body = await bytes(request, mostBytes);
  const contentType = imageType(body);
  if (contentType === undefined)
    throw new HttpError(415, `the body is none of ${Object.keys(signatures).join(", ")}`);
  await env.AVATARS.put(user.id, body, { httpMetadata: { contentType } });
  await env.DB.prepare("UPDATE users SET avatar_key = ? WHERE id = ?").bind(user.id, user.id).run();
}

export async function avatarOf(env: Env, { avatar_key }: User): Promise<Response> {
  const object = avatar_key === null ? null : await env.AVATARS.get(avatar_key);
  if (object === null) throw new HttpError(404, "you have no avatar");
  return new Response(object.body, {
    headers: {
      "content-type": object.httpMetadata?.contentType ?? "application/octet-stream",
      "cache-control": "private, no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}
