import { createHash } from "node:crypto";
import { z } from "zod";
import { type Group, groupNamed, groups, resourceOf } from "../../../src/permissions/groups.ts";
import { ApiError } from "../http/service.ts";
import type { Grant, Granted } from "../http/tokens.ts";

/** What a token's policies look like when they are sent. */
export const policies = z
  .array(
    z.object({
      effect: z.literal("allow"),
      resources: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
      permission_groups: z.array(z.object({ id: z.string().optional(), name: z.string().optional() })).min(1),
    }),
  )
  .min(1);

type Policy = z.infer<typeof policies>[number];

/** Each policy grants its own permissions on its own resources: they do not add up across policies. */
export const grantsOf = (sent: readonly Policy[]): readonly Grant[] =>
  sent.map(({ permission_groups, resources }) => ({
    groups: permission_groups.map(namedGroup),
    on: Object.entries(resources).flatMap(([name, value]) =>
      typeof value === "string" ? grantedBy(name) : insideOf(name, Object.keys(value)),
    ),
  }));

/** An id of its own where it is not known which one Cloudflare gave it. */
export const idOf = ({ id, name }: Group): string =>
  id ?? createHash("sha256").update(name).digest("hex").slice(0, 32);

function namedGroup(wanted: Policy["permission_groups"][number]): Group {
  // `D1:Edit` as routes have it, which older files of tokens may name.
  const name = wanted.name?.replace(/:Edit$/, " Write").replace(/:Read$/, " Read");
  const found =
    groupNamed({ ...(wanted.id !== undefined && { id: wanted.id }), ...(name !== undefined && { name }) }) ??
    groups.find((each) => idOf(each) === wanted.id);
  if (found === undefined)
    throw new ApiError(400, 1001, `Unknown permission group ${JSON.stringify(wanted.name ?? wanted.id)}`);
  return found;
}

const after = (prefix: string, name: string): string | undefined =>
  name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : undefined;

const orAll = (id: string): string => (id === "*" ? "all" : id);

function grantedBy(name: string): readonly Granted[] {
  const zone = after(resourceOf.zone, name);
  if (zone !== undefined) return [{ scope: "zone", zone: orAll(zone), account: "all" }];
  const account = after(resourceOf.account, name);
  if (account !== undefined) return [{ scope: "account", account: orAll(account) }];
  const bucket = after(resourceOf.bucket, name);
  if (bucket !== undefined) return [bucketNamed(bucket, name)];
  if (after(resourceOf.user, name) !== undefined) return [{ scope: "user" }];
  throw unsupported(name);
}

/** `<account>_<jurisdiction>_<name>`; no name of a bucket has an underscore. */
function bucketNamed(text: string, name: string): Granted {
  const [, account, bucket] = /^([0-9a-f]{32})_([a-z]+_[a-z0-9-]+)$/.exec(text) ?? [];
  if (account === undefined || bucket === undefined) throw unsupported(name);
  return { scope: "bucket", account, bucket };
}

/** What stands inside an account: all of its zones or buckets, or Workers by their ids. */
function insideOf(name: string, inner: readonly string[]): readonly Granted[] {
  const account = after(resourceOf.account, name);
  if (account === undefined) throw unsupported(name);
  return inner.map((each): Granted => {
    if (each === `${resourceOf.zone}.*`) return { scope: "zone", zone: "all", account: orAll(account) };
    if (each === `${resourceOf.bucket}.*`) return { scope: "bucket", account, bucket: "all" };
    const worker = after(resourceOf.worker, each);
    if (worker === undefined) throw unsupported(each);
    return { scope: "worker", account, worker: orAll(worker) };
  });
}

const unsupported = (name: string): ApiError =>
  new ApiError(
    400,
    1001,
    `${name} is not a supported resource type: expected ${resourceOf.account}.<id>, ${resourceOf.zone}.<id>, ${resourceOf.bucket}.<account>_<jurisdiction>_<name>, or ${resourceOf.worker}.<id> inside an account`,
  );
