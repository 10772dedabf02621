import { randomBytes } from "node:crypto";
import { z } from "zod";
import { NameTaken, type State, type Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";

/** Kind of a bucket in the state. Its id is what stores and cells know it by; see {@link findBucket} for its name there. */
export const bucketKind = "r2_bucket";

export const jurisdictions = ["default", "eu", "us", "fedramp", "fedramp-high"] as const;
const locations = ["apac", "eeur", "enam", "weur", "wnam", "oc"];
const storageClass = z.enum(["Standard", "InfrequentAccess"]);
const rules = z.object({ rules: z.array(z.unknown()) });

const bodySchema = z.object({
  creationDate: z.string(),
  jurisdiction: z.enum(jurisdictions),
  location: z.string(),
  storageClass,
  cors: rules.optional(),
  lifecycle: rules.optional(),
  lock: rules.optional(),
  /** By queue id. */
  notifications: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).default({}),
  customDomains: z.array(z.looseObject({ domain: z.string() })).default([]),
  managedDomain: z.boolean().default(false),
});

export type BucketBody = z.infer<typeof bodySchema>;
export type Jurisdiction = BucketBody["jurisdiction"];

export interface Bucket {
  /** The stores' id: what a binding has to resolve to. */
  readonly id: string;
  readonly name: string;
  readonly body: BucketBody;
}

/** Buckets of different jurisdictions may have the same name. */
const stateName = (name: string, jurisdiction: Jurisdiction): string =>
  jurisdiction === "default" ? name : `${jurisdiction}/${name}`;

export function findBucket(
  state: State,
  account: string,
  name: string,
  jurisdiction: Jurisdiction = "default",
): Bucket | undefined {
  const stored = state.byName(account, bucketKind, stateName(name, jurisdiction));
  return stored === undefined ? undefined : read(stored);
}

/** By the stores' id. */
export function bucketById(state: State, account: string, id: string): Bucket | undefined {
  const stored = state.get(account, bucketKind, id);
  return stored === undefined ? undefined : read(stored);
}

/** The buckets of a jurisdiction, by name. */
export const listBuckets = (state: State, account: string, jurisdiction: Jurisdiction): readonly Bucket[] =>
  state
    .list(account, bucketKind)
    .map(read)
    .filter((bucket) => bucket.body.jurisdiction === jurisdiction)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Names of the buckets whose event notifications go to the queue. */
export const bucketsNotifying = (state: State, account: string, queueId: string): readonly string[] =>
  state
    .list(account, bucketKind)
    .map(read)
    .filter(({ body }) => body.notifications[queueId] !== undefined)
    .map(({ name }) => name);

const read = ({ id, name, body }: Stored): Bucket => ({
  id,
  name: name.slice(name.indexOf("/") + 1),
  body: bodySchema.parse(body),
});

/** The bucket that the route's `:bucket` and the jurisdiction's header name, or 10006. */
export function bucketOf(request: ApiRequest, world: World): Bucket {
  const found = findBucket(
    world.state,
    request.account.id,
    request.params["bucket"] ?? "",
    jurisdictionOf(request),
  );
  if (found === undefined) throw noBucket();
  return found;
}

const noBucket = (): ApiError => new ApiError(404, 10006, "The specified bucket does not exist.");

function jurisdictionOf(request: ApiRequest): Jurisdiction {
  const sent = request.headers.get("cf-r2-jurisdiction") ?? "default";
  const found = jurisdictions.find((j) => j === sent);
  if (found === undefined)
    throw invalid(
      `unknown jurisdiction ${JSON.stringify(sent)}, expected one of ${jurisdictions.join(", ")}`,
    );
  return found;
}

/** Replaces what is remembered of the bucket. */
export function saveBucket(
  request: ApiRequest,
  world: World,
  bucket: Bucket,
  changed: Partial<BucketBody>,
): BucketBody {
  const body = { ...bucket.body, ...changed };
  world.state.update(
    request.account.id,
    bucketKind,
    bucket.id,
    stateName(bucket.name, body.jurisdiction),
    body,
  );
  return body;
}

const createSchema = z.object({
  name: z.string(),
  locationHint: z.string().nullish(),
  storageClass: storageClass.nullish(),
});

async function create(request: ApiRequest, world: World): Promise<Reply> {
  const sent = await request.json(createSchema);
  const { name } = sent;
  const jurisdiction = jurisdictionOf(request);
  return ok(shown(name, makeBucket(world, request.account.id, name, { ...sent, jurisdiction })));
}

/** Makes a bucket that nobody has yet. Throws Cloudflare's refusals. */
export function makeBucket(
  world: World,
  account: string,
  name: string,
  {
    jurisdiction,
    locationHint,
    storageClass,
  }: Omit<z.infer<typeof createSchema>, "name"> & { readonly jurisdiction: Jurisdiction },
): BucketBody {
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name))
    throw new ApiError(400, 10005, "The specified bucket name is not valid.");
  if (locationHint && !locations.includes(locationHint.toLowerCase()))
    throw invalid(
      `unknown locationHint ${JSON.stringify(locationHint)}, expected one of ${locations.join(", ")}`,
    );
  const body: BucketBody = {
    creationDate: new Date().toISOString(),
    jurisdiction,
    location: locationHint ?? "WEUR",
    storageClass: storageClass ?? "Standard",
    notifications: {},
    customDomains: [],
    managedDomain: false,
  };
  const id = randomBytes(16).toString("hex");
  try {
    world.state.insert(account, bucketKind, id, stateName(name, jurisdiction), body);
  } catch (error) {
    if (error instanceof NameTaken)
      throw new ApiError(409, 10004, "The bucket you tried to create already exists, and you own it.");
    throw error;
  }
  return body;
}

const shown = (name: string, body: BucketBody): object => ({
  name,
  creation_date: body.creationDate,
  location: body.location,
  storage_class: body.storageClass,
  jurisdiction: body.jurisdiction,
});

/** Object-shaped and with a cursor, unlike other lists; `page` counts all the same. */
function list(request: ApiRequest, world: World): Reply {
  const query = request.url.searchParams;
  const jurisdiction = jurisdictionOf(request);
  const after = query.get("cursor") ?? query.get("start_after");
  const contains = query.get("name_contains") ?? "";
  const perPage = whole(query, "per_page", 1000);
  const page = whole(query, "page", 1);
  const descending = query.get("direction") === "desc";
  const all = world.state
    .list(request.account.id, bucketKind)
    .map(read)
    .filter((b) => b.body.jurisdiction === jurisdiction && b.name.includes(contains))
    .sort((a, b) => (a.name < b.name === descending ? 1 : -1))
    .filter((b) => after === null || (descending ? b.name < after : b.name > after));
  const buckets = all.slice((page - 1) * perPage, page * perPage);
  const last = page * perPage < all.length ? buckets.at(-1)?.name : undefined;
  const info = { per_page: perPage, ...(last === undefined ? {} : { cursor: last }) };
  return ok({ buckets: buckets.map(({ name, body }) => shown(name, body)) }, info);
}

export function whole(query: URLSearchParams, parameter: string, fallback: number): number {
  const text = query.get(parameter);
  const value = text === null ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw invalid(`${parameter} must be a positive integer, got ${JSON.stringify(text)}`);
  return value;
}

function get(request: ApiRequest, world: World): Reply {
  const { name, body } = bucketOf(request, world);
  return ok(shown(name, body));
}

/** The new storage class comes in a header; there is no body. */
function edit(request: ApiRequest, world: World): Reply {
  const bucket = bucketOf(request, world);
  const sent = storageClass.safeParse(request.headers.get("cf-r2-storage-class"));
  if (!sent.success) throw invalid("the header cf-r2-storage-class must be Standard or InfrequentAccess");
  return ok(shown(bucket.name, saveBucket(request, world, bucket, { storageClass: sent.data })));
}

async function remove(request: ApiRequest, world: World): Promise<Reply> {
  await removeBucket(world, request.account.id, bucketOf(request, world));
  return ok({});
}

/**
 * Removes a bucket that is empty, or throws Cloudflare's refusal. First the name goes, then the files: cut off in between,
 * nothing is left that could be in the way.
 */
export async function removeBucket(world: World, account: string, bucket: Bucket): Promise<void> {
  const notified = Object.keys(bucket.body.notifications).length > 0;
  const { objects } = await world.stores.r2.list(bucket.id, { limit: 1 });
  if (objects.length > 0 || notified)
    throw new ApiError(
      409,
      10008,
      `The bucket you tried to delete is not empty${notified ? " (it has event notification rules)" : ""}.`,
    );
  if (!world.state.remove(account, bucketKind, bucket.id)) throw noBucket(); // another delete was first
  await world.stores.r2.remove(bucket.id);
}

export const invalid = (what: string): ApiError =>
  new ApiError(400, 10001, `The request is malformed: ${what}`);

const base = "/accounts/:account/r2/buckets";
export const bucketRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers R2 Storage:Read", handle: list },
  { method: "POST", path: base, permission: "Workers R2 Storage:Edit", handle: create },
  { method: "GET", path: `${base}/:bucket`, permission: "Workers R2 Storage:Read", handle: get },
  { method: "PATCH", path: `${base}/:bucket`, permission: "Workers R2 Storage:Edit", handle: edit },
  { method: "DELETE", path: `${base}/:bucket`, permission: "Workers R2 Storage:Edit", handle: remove },
];
