import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import { type Connection, connection } from "../../../src/cloudflare/connection.ts";
import type { System } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { stageTarget } from "../account.ts";
import type { Run } from "../engine/pulumi.ts";

const page = z.array(z.object({ key: z.string() }));
const list = z.object({ buckets: z.array(z.object({ name: z.string() })) });

/** Cloudflare deletes no bucket that holds anything: a `destroy` would stop half-way. Refused before it begins. */
export async function refuseFullBuckets(stage: Stage, run: Run, buckets: readonly Named[]): Promise<void> {
  const { api, base, own } = await bucketsOf(stage, run, buckets);
  const full: string[] = [];
  for (const name of own) if ((await objects(api, `${base}/${name}`, 1)).length > 0) full.push(name);
  if (full.length === 0) return;
  throw new UserError({
    what: `${stage.name} has buckets with objects in them, and Cloudflare deletes no bucket that is not empty`,
    where: `the buckets of ${stage.name}`,
    got: full.join(", "),
    expected: "empty buckets",
    fix: `to delete their objects for good, add --empty-buckets; nothing was changed yet`,
  });
}

/** A bucket, as the state of a stack or a declaration names it. */
type Named = { readonly outputs: Readonly<Record<string, unknown>> };

/** The buckets that a stage has for itself; what stages share, and what it adopted, is not among them. */
export const ownBuckets = (systems: readonly System[], stage: Stage): readonly Named[] =>
  systems
    .flatMap(({ resources }) => resources)
    .filter(
      (resource) =>
        resource.kind === "r2" &&
        (resource.shared !== true || stage.like !== undefined) &&
        resource.adopt?.[stage.name] === undefined,
    )
    .map((bucket) => ({ outputs: { name: physicalName(bucket, stage) } }));

/** Deletes every object of these buckets. */
export async function emptyBuckets(stage: Stage, run: Run, buckets: readonly Named[]): Promise<void> {
  const { api, base, own } = await bucketsOf(stage, run, buckets);
  for (const name of own) {
    for (
      let keys = await objects(api, `${base}/${name}`, 1000);
      keys.length > 0;
      keys = await objects(api, `${base}/${name}`, 1000)
    ) {
      for (const key of keys) await call(api, "DELETE", `${base}/${name}/objects/${encodeURIComponent(key)}`);
    }
  }
}

interface Buckets {
  readonly api: Connection;
  readonly base: string;
  /** Their names, as far as they exist. */
  readonly own: readonly string[];
}

async function bucketsOf(stage: Stage, run: Run, buckets: readonly Named[]): Promise<Buckets> {
  if (buckets.length === 0) return { api: connection(run.env, run.root), base: "", own: [] };
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const base = `/accounts/${accountId}/r2/buckets`;
  const there = list.parse(await call(api, "GET", base)).buckets.map(({ name }) => name);
  return {
    api,
    base,
    own: buckets.map(({ outputs }) => String(outputs["name"])).filter((name) => there.includes(name)),
  };
}

const objects = async (api: Connection, bucket: string, limit: number): Promise<readonly string[]> =>
  page.parse(await call(api, "GET", `${bucket}/objects?per_page=${limit}`)).map(({ key }) => key);
