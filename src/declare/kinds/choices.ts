import type { ResourceKind, ResourceOf } from "./kinds.ts";

/** A word of a declaration that has to be one of some. */
export interface Choice {
  /** The property: `jurisdiction`. */
  readonly of: string;
  /** What is declared; undefined where nothing is. */
  readonly value: string | undefined;
  readonly words: readonly string[];
}

const choice = (of: string, value: string | undefined, ...words: readonly string[]): Choice => ({
  of,
  value,
  words,
});
const none = (): readonly Choice[] => [];

/** Words that Cloudflare would refuse in the middle of an update. An editor underlines them, and the project runs all the same. */
const table: { readonly [Kind in ResourceKind]: (declared: ResourceOf<Kind>) => readonly Choice[] } = {
  worker: ({ durableObjects }) =>
    Object.entries(durableObjects).map(([name, { storage }]) =>
      choice(`durableObjects.${name}, storage`, storage, "sqlite", "legacy-kv"),
    ),
  d1: ({ jurisdiction, primaryLocationHint, readReplication }) => [
    choice("jurisdiction", jurisdiction, "eu", "fedramp", "us"),
    choice("primaryLocationHint", primaryLocationHint, "wnam", "enam", "weur", "eeur", "apac", "oc"),
    choice("readReplication", readReplication, "auto", "disabled"),
  ],
  r2: ({ jurisdiction, storageClass, cors = [], notifications = [] }) => [
    choice("jurisdiction", jurisdiction, "eu", "fedramp"),
    choice("storageClass", storageClass, "Standard", "InfrequentAccess"),
    ...cors.flatMap(({ methods }, index) =>
      methods.map((method) =>
        choice(`cors[${index}], methods`, method, "GET", "PUT", "POST", "DELETE", "HEAD"),
      ),
    ),
    ...notifications.flatMap(({ events, queue }) =>
      events.map((event) => choice(`events for ${queue.name}`, event, "object-create", "object-delete")),
    ),
  ],
  kv: none,
  vectorize: ({ metric, metadataIndexes = {} }) => [
    choice("metric", metric, "cosine", "euclidean", "dot-product"),
    ...Object.entries(metadataIndexes).map(([name, type]) =>
      choice(`metadataIndexes.${name}`, type, "string", "number", "boolean"),
    ),
  ],
  queue: none,
  hyperdrive: ({ origin }) => [choice("origin.scheme", origin.scheme, "postgres", "mysql")],
  aiGateway: ({ rateLimit }) => [choice("technique of rateLimit", rateLimit?.technique, "fixed", "sliding")],
};

export const choicesOf = <Kind extends ResourceKind>(declared: ResourceOf<Kind>): readonly Choice[] =>
  table[declared.kind](declared);
