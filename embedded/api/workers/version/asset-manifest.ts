import { z } from "zod";
import { mistakes } from "../../http/request.ts";
import { ApiError } from "../../http/service.ts";

/** Cloudflare's own limit on one file. */
const maximumAssetBytes = 25 * 1024 * 1024;

/** Cloudflare's own limit on the files of a version, of its paid plan. */
const maximumFiles = 100_000;

const entry = z.object({ hash: z.string().regex(/^[0-9a-f]{32}$/i), size: z.number().int().nonnegative() });
export const manifest = z.record(z.string(), entry);
export type Manifest = z.infer<typeof manifest>;

/** The files that somebody wants to upload, by path. Throws Cloudflare's 10304 for what is no manifest. */
export function manifestOf(sent: unknown): Manifest {
  const entries = z.record(z.string(), z.unknown()).safeParse(sent);
  if (!entries.success)
    throw wrongManifest('it must be an object of paths, each with { "hash": …, "size": … }');
  const files = Object.entries(entries.data);
  if (files.length > maximumFiles)
    throw wrongManifest(`it has ${files.length} files; a version may have ${maximumFiles}`);
  return Object.fromEntries(files.map(([path, value]) => [path, entryOf(path, value)]));
}

function entryOf(path: string, value: unknown): z.infer<typeof entry> {
  requireSafePath(path);
  const { data, error } = entry.safeParse(value);
  if (data === undefined)
    throw wrongManifest(
      `${JSON.stringify(path)} needs a hash of 32 hexadecimal characters and a size in bytes: ${mistakes(error)}`,
    );
  if (data.size > maximumAssetBytes)
    throw wrongManifest(
      `${JSON.stringify(path)} is ${data.size} bytes; a file may have ${maximumAssetBytes}`,
    );
  return data;
}

const wrongManifest = (why: string): ApiError =>
  new ApiError(400, 10304, `The manifest of assets is invalid: ${why}`);

/** Assets become files: a path that could leave its folder, or that no file system takes, is refused. */
function requireSafePath(path: string): void {
  const segments = path.split("/").slice(1);
  const safe =
    path.startsWith("/") &&
    segments.length > 0 &&
    segments.every(
      (segment) =>
        segment !== "" &&
        segment !== "." &&
        segment !== ".." &&
        !/[\0\\]/.test(segment) &&
        Buffer.byteLength(segment) <= 255,
    );
  if (!safe)
    throw wrongManifest(
      `${JSON.stringify(path)} is not a path that begins with "/" and has no empty, "." and ".." segments`,
    );
}
