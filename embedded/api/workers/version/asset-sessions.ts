import { randomUUID } from "node:crypto";
import { z } from "zod";
import { signJwt, verifyJwt } from "../../../seal.ts";
import type { World } from "../../../world.ts";
import { ApiError } from "../../http/service.ts";
import type { Worker } from "../model.ts";
import { type Manifest, manifest } from "./asset-manifest.ts";
import { openParts } from "./parts.ts";

const kind = "assetSession";
const sessionMs = 60 * 60 * 1000;
const session = z.object({ script: z.string(), manifest, openedMs: z.number() });
const payload = z.object({ session: z.string(), account: z.string(), exp: z.number() });

/** Remembers the manifest and says which files are still wanted; with none the token is already the completion token. */
export function openSession(
  world: World,
  account: string,
  script: string,
  files: Manifest,
): { readonly jwt: string; readonly buckets: readonly (readonly string[])[] } {
  const parts = openParts(world.state);
  const id = randomUUID();
  world.state.insert(account, kind, id, id, { script, manifest: files, openedMs: Date.now() });
  forgetOld(world, account);
  const wanted = [...new Set(Object.values(files).map(({ hash }) => hash))].filter(
    (hash) => !parts.hasAsset(account, hash),
  );
  const jwt = signJwt(world.dataDir, {
    session: id,
    account,
    exp: Math.floor((Date.now() + sessionMs) / 1000),
  });
  return { jwt, buckets: chunks(wanted, 50) };
}

function forgetOld(world: World, account: string): void {
  for (const { id, body } of world.state.list(account, kind))
    if (session.parse(body).openedMs < Date.now() - sessionMs) world.state.remove(account, kind, id);
}

/** Keeps uploaded files. Returns the completion token with the last missing one, undefined before. */
export function acceptFiles(
  world: World,
  jwt: string,
  files: readonly { readonly hash: string; readonly bytes: Uint8Array }[],
): string | undefined {
  const { account, files: expected } = opened(world, jwt);
  const parts = openParts(world.state);
  const sizes = new Map(Object.values(expected).map(({ hash, size }) => [hash, size]));
  for (const { hash, bytes } of files) {
    const size = sizes.get(hash);
    if (size === undefined)
      throw new ApiError(400, 10021, `The file ${hash} is not in the manifest of this upload session`);
    if (size !== bytes.length)
      throw new ApiError(400, 10021, `The file ${hash} has ${bytes.length} bytes, the manifest says ${size}`);
  }
  world.state.transaction(() => {
    for (const { hash, bytes } of files) parts.keepAsset(account, hash, bytes);
  });
  return [...sizes.keys()].every((hash) => parts.hasAsset(account, hash)) ? jwt : undefined;
}

/** The manifest behind a completion token, all of whose files are there. */
export function completedManifest(world: World, worker: Worker, jwt: string): Manifest {
  const { account, script, files } = opened(world, jwt);
  if (account !== worker.account || script !== worker.name)
    throw new ApiError(400, 10021, `The assets token is for the Worker '${script}'`);
  const parts = openParts(world.state);
  const missing = Object.entries(files).filter(([, { hash }]) => !parts.hasAsset(account, hash));
  if (missing.length > 0)
    throw new ApiError(
      400,
      10021,
      `The assets upload is not complete: ${missing.length} of ${Object.keys(files).length} files are missing, ${missing[0]?.[0]} among them`,
    );
  return files;
}

function opened(
  world: World,
  jwt: string,
): { readonly account: string; readonly script: string; readonly files: Manifest } {
  const claims = payload.safeParse(verifyJwt(world.dataDir, jwt));
  if (!claims.success)
    throw new ApiError(
      401,
      10000,
      "Authentication error: the assets token is malformed or was not signed here",
    );
  if (claims.data.exp * 1000 < Date.now())
    throw new ApiError(401, 10000, "Authentication error: the assets token has expired");
  const stored = world.state.get(claims.data.account, kind, claims.data.session);
  if (stored === undefined)
    throw new ApiError(401, 10000, "Authentication error: the assets upload session is gone");
  const { script, manifest: files } = session.parse(stored.body);
  return { account: claims.data.account, script, files };
}

const chunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
