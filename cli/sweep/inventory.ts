import { z } from "zod";
import { call } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";
import type { ResourceKind } from "../../src/declare/kinds/kinds.ts";

/** Something that an account has. */
export interface Thing {
  readonly kind: ResourceKind;
  readonly name: string;
  /** What the API knows it by; the name, where a kind has no other. */
  readonly id: string;
  /** When it was made, ISO 8601. @default - the API does not say */
  readonly created: string | undefined;
}

interface Listing {
  /** Below `/accounts/<id>/`. */
  readonly path: string;
  /** Items of a page; undefined where the API gives all at once. */
  readonly perPage: number | undefined;
  readonly read: (result: unknown) => readonly Omit<Thing, "kind">[];
}

const time = z.string().nullish();
const rows = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.looseObject(shape)).nullish();

const listings: { readonly [Kind in ResourceKind]: Listing } = {
  worker: {
    path: "workers/scripts",
    perPage: undefined,
    read: (result) =>
      (rows({ id: z.string(), created_on: time }).parse(result) ?? []).map(({ id, created_on }) => ({
        name: id,
        id,
        created: created_on ?? undefined,
      })),
  },
  queue: {
    path: "queues",
    perPage: 100,
    read: (result) =>
      (rows({ queue_id: z.string(), queue_name: z.string(), created_on: time }).parse(result) ?? []).map(
        ({ queue_id, queue_name, created_on }) => ({
          name: queue_name,
          id: queue_id,
          created: created_on ?? undefined,
        }),
      ),
  },
  d1: {
    path: "d1/database",
    perPage: 100,
    read: (result) =>
      (rows({ uuid: z.string(), name: z.string(), created_at: time }).parse(result) ?? []).map(
        ({ uuid, name, created_at }) => ({ name, id: uuid, created: created_at ?? undefined }),
      ),
  },
  kv: {
    path: "storage/kv/namespaces",
    perPage: 100,
    read: (result) =>
      (rows({ id: z.string(), title: z.string() }).parse(result) ?? []).map(({ id, title }) => ({
        name: title,
        id,
        created: undefined,
      })),
  },
  r2: {
    path: "r2/buckets",
    perPage: 1_000,
    read: (result) =>
      (
        z.looseObject({ buckets: rows({ name: z.string(), creation_date: time }) }).parse(result).buckets ??
        []
      ).map(({ name, creation_date }) => ({ name, id: name, created: creation_date ?? undefined })),
  },
  vectorize: {
    path: "vectorize/v2/indexes",
    perPage: undefined,
    read: (result) =>
      (rows({ name: z.string(), created_on: time }).parse(result) ?? []).map(({ name, created_on }) => ({
        name,
        id: name,
        created: created_on ?? undefined,
      })),
  },
  aiGateway: {
    path: "ai-gateway/gateways",
    perPage: 50,
    read: (result) =>
      (rows({ id: z.string(), created_at: time }).parse(result) ?? []).map(({ id, created_at }) => ({
        name: id,
        id,
        created: created_at ?? undefined,
      })),
  },
  hyperdrive: {
    path: "hyperdrive/configs",
    perPage: undefined,
    read: (result) =>
      (rows({ id: z.string(), name: z.string(), created_on: time }).parse(result) ?? []).map(
        ({ id, name, created_on }) => ({ name, id, created: created_on ?? undefined }),
      ),
  },
};

/** Workers first: nothing that they bind can go before them. */
export const sweepKinds = Object.keys(listings).filter((kind): kind is ResourceKind => kind in listings);

/** Where the API knows a thing: below `/accounts/<id>/`. */
export const pathOf = ({ kind, id }: Thing): string =>
  `${listings[kind].path}/${encodeURIComponent(id)}${kind === "worker" ? "?force=true" : ""}`;

/** Everything that an account has of the kinds that a project can declare, page by page. */
export async function inventory(api: Connection, accountId: string): Promise<readonly Thing[]> {
  const all: Thing[] = [];
  for (const kind of sweepKinds) {
    const { path, perPage, read } = listings[kind];
    const base = `/accounts/${accountId}/${path}`;
    let last = "";
    for (let page = 1; ; page++) {
      const query = perPage === undefined ? "" : paged(kind, perPage, page, last);
      const found = read(await call(api, "GET", `${base}${query}`));
      all.push(...found.map((each) => ({ kind, ...each })));
      last = found.at(-1)?.name ?? "";
      if (perPage === undefined || found.length < perPage) break;
    }
  }
  return all;
}

/** Buckets are listed from a name on, everything else by numbers of pages. */
const paged = (kind: ResourceKind, perPage: number, page: number, last: string): string =>
  kind === "r2"
    ? `?per_page=${perPage}${last === "" ? "" : `&start_after=${encodeURIComponent(last)}`}`
    : `?per_page=${perPage}&page=${page}`;
