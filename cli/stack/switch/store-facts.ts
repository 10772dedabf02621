import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import type { SwitchedKind, Switching } from "./switching.ts";

/** What a store's resource has in a state, as far as it is another one's than that of the store before it. */
export interface StoreFacts {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** When Cloudflare made it. */
  readonly born: string | undefined;
}

/** Which account is asked. */
export interface Asked {
  readonly connection: Connection;
  readonly accountId: string;
}

type Read = (
  to: Switching,
  get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<unknown>,
) => Promise<StoreFacts>;

const database = z.object({
  created_at: z.string().optional(),
  file_size: z.number().optional(),
  num_tables: z.number().optional(),
  version: z.string().optional(),
});
const bucket = z.object({
  creation_date: z.string().optional(),
  location: z.string().nullish(),
  storage_class: z.string().nullish(),
});
const index = z.object({
  config: z.object({ dimensions: z.number(), metric: z.string() }),
  description: z.string().nullish(),
  created_on: z.string().optional(),
});
const metadata = z.object({
  metadataIndexes: z.array(z.object({ propertyName: z.string(), indexType: z.string() })),
});

/** By the words that each kind's provider has for it. */
const reads: Readonly<Record<SwitchedKind, Read>> = {
  d1: async ({ to: { id, name } }, get) => {
    const found = database.parse(await get(`d1/database/${encodeURIComponent(id)}`));
    return {
      inputs: { name },
      outputs: {
        name,
        id,
        uuid: id,
        ...(found.created_at !== undefined && { createdAt: found.created_at }),
        ...(found.file_size !== undefined && { fileSize: found.file_size }),
        ...(found.num_tables !== undefined && { numTables: found.num_tables }),
        ...(found.version !== undefined && { version: found.version }),
      },
      born: found.created_at,
    };
  },
  r2: async ({ to: { name }, jurisdiction = "default" }, get) => {
    const found = bucket.parse(
      await get(`r2/buckets/${encodeURIComponent(name)}`, { "cf-r2-jurisdiction": jurisdiction }),
    );
    const { creation_date: born, location, storage_class: storageClass } = found;
    return {
      inputs: { name },
      outputs: {
        name,
        id: name,
        ...(born !== undefined && { creationDate: born }),
        ...(location && { location }),
        ...(storageClass && { storageClass }),
      },
      born,
    };
  },
  kv: async ({ to: { id, name } }, get) => {
    await get(`storage/kv/namespaces/${encodeURIComponent(id)}`);
    return { inputs: { title: name }, outputs: { title: name, id }, born: undefined };
  },
  vectorize: async ({ to: { name, model }, adopted }, get) => {
    const path = `vectorize/v2/indexes/${encodeURIComponent(name)}`;
    const { config, description, created_on: born } = index.parse(await get(path));
    const list = metadata.parse(await get(`${path}/metadata_index/list`)).metadataIndexes;
    const shape = {
      name,
      dimensions: config.dimensions,
      metric: config.metric,
      description: description ?? "",
      ...(model !== undefined && { model }),
      metadataIndexes: Object.fromEntries(
        list.map((each) => [each.propertyName, each.indexType.toLowerCase()]),
      ),
    };
    return { inputs: shape, outputs: { ...shape, createdOn: born ?? "", made: adopted !== true }, born };
  },
};

/** Asks the account for a store that is to take a place. Throws where it is not there. */
export const factsOf = (of: Switching, { connection, accountId }: Asked): Promise<StoreFacts> =>
  reads[of.kind](of, (path, headers) =>
    call(connection, "GET", `/accounts/${accountId}/${path}`, undefined, headers),
  );
