import { z } from "zod";
import type { World } from "../../world.ts";
import { openTokens } from "../account/token-store.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { findBucket, invalid, jurisdictions } from "./buckets.ts";
import { permission, temporaryCredentials } from "./s3/credentials/session-token.ts";

const longestSeconds = 7 * 24 * 60 * 60;
const schema = z.object({
  bucket: z.string().min(1),
  parentAccessKeyId: z.string().length(32),
  permission,
  ttlSeconds: z.number().positive().max(longestSeconds),
  prefixes: z.array(z.string().min(1)).optional(),
  objects: z.array(z.string().min(1)).optional(),
});

/** Credentials for one bucket that end by themselves. Nothing is kept of them: the session token says it all, and is signed. */
async function create(request: ApiRequest, world: World): Promise<Reply> {
  const asked = await request.json(schema);
  const { bucket, parentAccessKeyId: accessKeyId, ttlSeconds, prefixes, objects } = asked;
  const accountId = request.account.id;
  if (jurisdictions.every((each) => findBucket(world.state, accountId, bucket, each) === undefined))
    throw new ApiError(404, 10006, "The specified bucket does not exist.");
  const secret = openTokens(world.state).s3Secret(accessKeyId);
  if (secret === undefined) throw invalid(`parentAccessKeyId ${accessKeyId} is no token's id`);
  const now = Math.floor(Date.now() / 1_000);
  return ok(
    temporaryCredentials(
      { accessKeyId, secret, accountId },
      {
        bucket,
        scope: asked.permission,
        iat: now,
        exp: now + ttlSeconds,
        ...((prefixes ?? objects) && { paths: { prefixPaths: prefixes ?? [], objectPaths: objects ?? [] } }),
      },
    ),
  );
}

export const temporaryCredentialRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/accounts/:account/r2/temp-access-credentials",
    permission: "Workers R2 Storage:Edit",
    handle: create,
  },
];
