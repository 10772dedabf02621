import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type BucketBody, bucketOf, saveBucket } from "./buckets.ts";

/** What is configured as a list of rules, and what one of them has to have. */
const kinds = {
  cors: z.looseObject({
    allowed: z.looseObject({
      methods: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])).min(1),
      origins: z.array(z.string()).min(1),
      headers: z.array(z.string()).nullish(),
    }),
    maxAgeSeconds: z.number().nullish(),
  }),
  lifecycle: z.looseObject({
    id: z.string(),
    enabled: z.boolean(),
    conditions: z.looseObject({ prefix: z.string().nullish() }).nullish(),
  }),
  lock: z.looseObject({
    id: z.string(),
    enabled: z.boolean(),
    condition: z.looseObject({ type: z.enum(["Age", "Date", "Indefinite"]) }),
  }),
} as const;

type Kind = keyof typeof kinds;

/** Kept and shown word for word, in order: nothing that was not sent is ever added. */
const write =
  (kind: Kind) =>
  async (request: ApiRequest, world: World): Promise<Reply> => {
    const sent = await request.json(z.object({ rules: z.array(kinds[kind]).nullish() }));
    saveBucket(request, world, bucketOf(request, world), of(kind, sent.rules ?? []));
    return ok({});
  };

const read =
  (kind: Kind) =>
  (request: ApiRequest, world: World): Reply => {
    const configured = bucketOf(request, world).body[kind];
    if (configured !== undefined) return ok({ rules: configured.rules });
    switch (kind) {
      case "cors":
        throw new ApiError(404, 10059, "The CORS configuration does not exist.");
      case "lifecycle":
        return ok({ rules: [abortOldUploads] });
      case "lock":
        return ok({ rules: [] });
      default:
        return kind satisfies never;
    }
  };

/** What every bucket has until its lifecycle is configured. */
const abortOldUploads = {
  id: "Default Multipart Abort Rule",
  enabled: true,
  conditions: {},
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 7 * 24 * 60 * 60 } },
};

const remove =
  (kind: Kind) =>
  (request: ApiRequest, world: World): Reply => {
    saveBucket(request, world, bucketOf(request, world), of(kind, undefined));
    return ok({});
  };

const of = (kind: Kind, rules: readonly unknown[] | undefined): Partial<BucketBody> => ({
  [kind]: rules === undefined ? undefined : { rules: [...rules] },
});

const base = "/accounts/:account/r2/buckets/:bucket";
const all: readonly Kind[] = ["cors", "lifecycle", "lock"];
export const ruleRoutes: readonly Route[] = all.flatMap((kind): Route[] => [
  { method: "GET", path: `${base}/${kind}`, permission: "Workers R2 Storage:Read", handle: read(kind) },
  { method: "PUT", path: `${base}/${kind}`, permission: "Workers R2 Storage:Edit", handle: write(kind) },
  // Of the others only an empty list is left: Cloudflare has no such call.
  ...(kind === "cors"
    ? [
        {
          method: "DELETE",
          path: `${base}/${kind}`,
          permission: "Workers R2 Storage:Edit",
          handle: remove(kind),
        } as const,
      ]
    : []),
]);
