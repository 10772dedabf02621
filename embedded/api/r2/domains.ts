import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type Bucket, bucketOf, saveBucket } from "./buckets.ts";

const settings = {
  enabled: z.boolean().nullish(),
  minTLS: z.enum(["1.0", "1.1", "1.2", "1.3"]).nullish(),
  ciphers: z.array(z.string()).nullish(),
};
const createSchema = z.object({
  domain: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i),
  zoneId: z.string(),
  ...settings,
});
const updateSchema = z.object(settings);

/** Only remembered: nothing on this machine serves a custom domain. */
async function create(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(createSchema);
  const bucket = bucketOf(request, world);
  if (bucket.body.customDomains.some((d) => d.domain === sent.domain))
    throw new ApiError(409, 10001, `The domain ${sent.domain} is already attached to this bucket.`);
  const added = { domain: sent.domain, zoneId: sent.zoneId, enabled: sent.enabled ?? true, ...given(sent) };
  saveBucket(request, world, bucket, { customDomains: [...bucket.body.customDomains, added] });
  return ok(shown(added));
}

const given = (sent: z.infer<typeof updateSchema>): object =>
  Object.fromEntries(
    Object.entries({ enabled: sent.enabled, minTLS: sent.minTLS, ciphers: sent.ciphers }).filter(
      ([, v]) => v !== null && v !== undefined,
    ),
  );

type Domain = Bucket["body"]["customDomains"][number];

/** With the zone's name and status from the first answer on: the provider asks again when they are missing. */
const shown = (domain: Domain): object => ({
  ...domain,
  zoneName: domain.domain.split(".").slice(-2).join("."),
  status: { ownership: "active", ssl: "active" },
});

function domainOf(request: ApiRequest, bucket: Bucket): Domain {
  const found = bucket.body.customDomains.find((d) => d.domain === request.params["domain"]);
  if (found === undefined)
    throw new ApiError(404, 10001, `The domain ${request.params["domain"]} is not attached to this bucket.`);
  return found;
}

const list = (request: ApiRequest, world: World): Reply =>
  ok({ domains: bucketOf(request, world).body.customDomains.map(shown) });
const get = (request: ApiRequest, world: World): Reply =>
  ok(shown(domainOf(request, bucketOf(request, world))));

async function update(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(updateSchema);
  const bucket = bucketOf(request, world);
  const domain = domainOf(request, bucket);
  // An explicit null is how a client takes a setting back.
  const unset = Object.entries(sent).flatMap(([name, value]) => (value === null ? [name] : []));
  const kept = Object.fromEntries(Object.entries(domain).filter(([name]) => !unset.includes(name)));
  const changed = { enabled: true, ...kept, domain: domain.domain, ...given(sent) };
  saveBucket(request, world, bucket, {
    customDomains: bucket.body.customDomains.map((d) => (d.domain === domain.domain ? changed : d)),
  });
  return ok(shown(changed));
}

function remove(request: ApiRequest, world: World): Reply {
  const bucket = bucketOf(request, world);
  const { domain } = domainOf(request, bucket);
  saveBucket(request, world, bucket, {
    customDomains: bucket.body.customDomains.filter((d) => d.domain !== domain),
  });
  return ok({ domain });
}

const managed = (bucket: Bucket, enabled: boolean): Reply =>
  ok({ bucketId: bucket.id, domain: `pub-${bucket.id}.r2.dev`, enabled });

function getManaged(request: ApiRequest, world: World): Reply {
  const bucket = bucketOf(request, world);
  return managed(bucket, bucket.body.managedDomain);
}

async function putManaged(request: ApiRequest, world: World): Promise<Reply> {
  const { enabled } = await request.json(z.object({ enabled: z.boolean() }));
  const bucket = bucketOf(request, world);
  saveBucket(request, world, bucket, { managedDomain: enabled });
  return managed(bucket, enabled);
}

const base = "/accounts/:account/r2/buckets/:bucket/domains";
const reads = "Workers R2 Storage:Read";
const edits = "Workers R2 Storage:Edit";
export const domainRoutes: readonly Route[] = [
  { method: "GET", path: `${base}/custom`, permission: reads, handle: list },
  { method: "POST", path: `${base}/custom`, permission: edits, handle: create },
  { method: "GET", path: `${base}/custom/:domain`, permission: reads, handle: get },
  { method: "PUT", path: `${base}/custom/:domain`, permission: edits, handle: update },
  { method: "DELETE", path: `${base}/custom/:domain`, permission: edits, handle: remove },
  { method: "GET", path: `${base}/managed`, permission: reads, handle: getManaged },
  { method: "PUT", path: `${base}/managed`, permission: edits, handle: putManaged },
];
