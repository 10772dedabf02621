import { z } from "zod";
import { call } from "../../src/cloudflare/api.ts";
import { contentsOf } from "../../src/cloudflare/contents/contents.ts";
import type { Holder } from "../../src/cloudflare/contents/holder.ts";
import { accountAnalytics } from "../../src/cloudflare/graphql.ts";
import type { StoreKind } from "../../src/declare/kinds/kinds.ts";
import { type Asked, type Facts, unlessRefused } from "./asking.ts";

/** A store as the stack puts it out. */
export interface NamedStore {
  /** `<system>/<name>`. */
  readonly label: string;
  readonly kind: StoreKind;
  /** At Cloudflare. */
  readonly name: string;
  readonly id: string;
  /** Of a bucket: `default` where it has none. */
  readonly jurisdiction: string;
  /** Of a database with migrations. */
  readonly lastMigration?: string | undefined;
  readonly applied?: number | undefined;
}

export interface StoreStatus {
  readonly name: string;
  readonly kind: StoreKind;
  readonly facts: Facts;
  /** Why there are no facts. */
  readonly unknown?: string;
}

export const storesStatus = (
  asked: Asked,
  stores: readonly NamedStore[],
  now: Date,
): Promise<readonly StoreStatus[]> =>
  Promise.all(
    stores.map(async (store) => ({
      name: store.label,
      kind: store.kind,
      ...(await unlessRefused(() => readers[store.kind](asked, store, now))),
    })),
  );

type Reader = (asked: Asked, store: NamedStore, now: Date) => Promise<Facts>;

const readers: Readonly<Record<StoreKind, Reader>> = {
  d1: async (asked, store) => {
    const { file_size: bytes, num_tables: tables } = databaseShape.parse(
      await get(asked, `d1/database/${store.id}`),
    );
    const rows = await counted(asked, { kind: "d1", id: store.id });
    const migration = store.lastMigration === "" ? null : (store.lastMigration ?? null);
    return { bytes, tables: tables ?? null, ...rows, migration, applied: store.applied ?? null };
  },
  r2: async (asked, store) => {
    const stored = await storage(asked, store);
    return stored ?? counted(asked, { kind: "r2", name: store.name, jurisdiction: store.jurisdiction });
  },
  kv: (asked, store) => counted(asked, { kind: "kv", id: store.id }),
  vectorize: async (asked, store) => {
    const path = `vectorize/v2/indexes/${encodeURIComponent(store.name)}/info`;
    const { vectorCount, dimensions, processedUpToDatetime } = indexShape.parse(await get(asked, path));
    return { count: vectorCount, dimensions, processedUpTo: processedUpToDatetime ?? null };
  },
  queue: async (asked, store, now) => {
    const path = `queues/${encodeURIComponent(store.id)}`;
    const [metrics, consumers] = await Promise.all([
      get(asked, `${path}/metrics`),
      get(asked, `${path}/consumers`),
    ]);
    const {
      backlog_count,
      backlog_bytes,
      oldest_message_timestamp_ms: oldestMs,
    } = metricsShape.parse(metrics);
    const oldestAgeSeconds =
      oldestMs == null || oldestMs === 0 ? null : Math.round((now.getTime() - oldestMs) / 1000);
    return {
      count: backlog_count,
      bytes: backlog_bytes ?? null,
      oldestAgeSeconds: backlog_count === 0 ? null : oldestAgeSeconds,
      consumers: z.array(z.unknown()).parse(consumers).length,
    };
  },
  aiGateway: async (asked, store) => {
    const path = `ai-gateway/gateways/${encodeURIComponent(store.name)}/logs?per_page=50`;
    const last = z.array(z.object({ cached: z.boolean().nullish() })).parse(await get(asked, path));
    return { lastRequests: last.length, hits: last.filter(({ cached }) => cached === true).length };
  },
  hyperdrive: async (asked, store) => {
    const { origin } = hyperdriveShape.parse(
      await get(asked, `hyperdrive/configs/${encodeURIComponent(store.id)}`),
    );
    return { host: origin.host ?? null, database: origin.database ?? null };
  },
};

const get = ({ api, accountId }: Asked, path: string): Promise<unknown> =>
  call(api, "GET", `/accounts/${accountId}/${path}`);

async function counted({ api, accountId }: Asked, holder: Holder): Promise<Facts> {
  const { count, atLeast } = await contentsOf(api, accountId, holder);
  return { count: count ?? null, ...(atLeast && { orMore: true }) };
}

/** Objects and bytes from the analytics, which cost no listing; undefined where they have nothing of the bucket yet. */
async function storage(
  { api, accountId }: Asked,
  { name, jurisdiction }: NamedStore,
): Promise<Facts | undefined> {
  const bucketName = jurisdiction === "default" ? name : `${jurisdiction}_${name}`;
  const fields =
    "r2StorageAdaptiveGroups(limit: 1, filter: $filter, orderBy: [datetime_DESC]) { max { objectCount payloadSize } }";
  const found = await accountAnalytics(api, accountId, {
    fields,
    dataset: "R2StorageAdaptiveGroups",
    filter: { bucketName },
  });
  const [row] = storageShape.parse(found ?? { r2StorageAdaptiveGroups: [] }).r2StorageAdaptiveGroups;
  return row === undefined ? undefined : { count: row.max.objectCount, bytes: row.max.payloadSize };
}

const databaseShape = z.object({ file_size: z.number(), num_tables: z.number().nullish() });
const indexShape = z.object({
  vectorCount: z.number(),
  dimensions: z.number(),
  processedUpToDatetime: z.string().nullish(),
});
const metricsShape = z.object({
  backlog_count: z.number(),
  backlog_bytes: z.number().nullish(),
  oldest_message_timestamp_ms: z.number().nullish(),
});
const hyperdriveShape = z.object({
  origin: z.object({ host: z.string().nullish(), database: z.string().nullish() }),
});
const storageShape = z.object({
  r2StorageAdaptiveGroups: z.array(
    z.object({ max: z.object({ objectCount: z.number(), payloadSize: z.number() }) }),
  ),
});
