import { z } from "zod";

const object = z.object({ type: z.string(), name: z.string(), tableName: z.string(), sql: z.string() });

const database = z.object({
  /** `dome/silo` */
  key: z.string(),
  /** What Cloudflare knew it by. */
  id: z.string(),
  physicalName: z.string(),
  /** The file with its rows, and those that follow it. */
  file: z.string(),
  more: z.array(z.string()).default([]),
  /**
   * What its rows are of: `oneRequest` and `unchanged`: of one moment; `spread`: it was written to all the time, so each page is of one moment and
   * the pages are not of the same.
   */
  consistency: z.enum(["oneRequest", "unchanged", "spread"]),
  /** Null where it is not known. */
  bookmarkBefore: z.string().nullable(),
  bookmarkAfter: z.string().nullable(),
  schema: z.array(object),
  fingerprint: z.string(),
  /** Names of the migrations that were applied, in order. */
  ledger: z.array(z.string()),
  sequences: z.record(z.string(), z.string()),
  tables: z.array(
    z.object({
      name: z.string(),
      rows: z.number(),
      /** Of its rows as SQL, a line each, in the order of its key; sha256. Missing where several invocations of a worker read it. */
      digest: z.string().optional(),
      /**
       * When its newest row was written, as SQL, and the column that says so: the first whose name is one for that. Where rows have numbers it stands in
       * the row with the highest; otherwise it is the highest of all.
       */
      newest: z.string().optional(),
      newestBy: z.string().optional(),
    }),
  ),
  /** What is not in the backup, and why. */
  without: z.array(z.string()),
});
export type DatabaseEntry = Readonly<z.infer<typeof database>>;

const namespace = z.object({
  /** `jobmatch/SESSIONS` */
  key: z.string(),
  id: z.string(),
  title: z.string(),
  /** The file with its pairs, a line each, and those that follow it. */
  file: z.string(),
  more: z.array(z.string()).default([]),
  keys: z.number(),
  /** Of its pairs, a line each; sha256. */
  digest: z.string().optional(),
});
export type NamespaceEntry = Readonly<z.infer<typeof namespace>>;

const bucket = z.object({
  /** `jobmatch/FILES` */
  key: z.string(),
  physicalName: z.string(),
  jurisdiction: z.string(),
  location: z.string(),
  storageClass: z.string(),
  /** The file with its inventory, a line each. */
  file: z.string(),
  objects: z.number(),
  /** Of its objects, as they lie in the bucket. */
  bytes: z.number(),
  /** Of them, those that no earlier backup had. */
  copied: z.number(),
  copiedBytes: z.number(),
  /** When the newest of its objects was put. */
  newest: z.string().optional(),
  /** Of the inventory, a line each; sha256. */
  digest: z.string(),
  /** What is not in the backup, and why. */
  without: z.array(z.string()),
});
export type BucketEntry = Readonly<z.infer<typeof bucket>>;

const index = z.object({
  /** `jobmatch/PROFILES` */
  key: z.string(),
  physicalName: z.string(),
  dimensions: z.number(),
  metric: z.string(),
  description: z.string(),
  metadataIndexes: z.array(z.object({ propertyName: z.string(), indexType: z.string() })),
  /** `vectors`: all of them are in `file`; `recipe`: none of them, the API lists none. */
  content: z.enum(["vectors", "recipe"]),
  file: z.string().optional(),
  vectors: z.number(),
  /** Of the vectors, a line each; sha256. */
  digest: z.string().optional(),
  /** No change was carried out while it was read: its vectors are of one moment. */
  unchanged: z.boolean(),
  /** How its vectors are made again from a database, as the stage declared it. */
  recipe: z
    .object({
      database: z.string(),
      select: z.string(),
      /** Whose consumer makes the vectors; or the model that does. */
      queue: z.string().optional(),
      model: z.string().optional(),
    })
    .optional(),
  /** What is not in the backup, and why. */
  without: z.array(z.string()),
});
export type IndexEntry = Readonly<z.infer<typeof index>>;

const letters = z.object({
  /** `jobmatch/FAILED` */
  key: z.string(),
  physicalName: z.string(),
  /** Messages that were in it. */
  depth: z.number(),
  /** Of them, those in the file. */
  messages: z.number(),
  file: z.string().optional(),
  /** What is not in the backup, and why. */
  without: z.array(z.string()),
});
export type LettersEntry = Readonly<z.infer<typeof letters>>;

const objectClass = z.object({
  /** `shop/rooms.Room` */
  key: z.string(),
  /** The worker that has the class, and its namespace: ids of objects are of one namespace alone. */
  script: z.string(),
  className: z.string(),
  namespaceId: z.string(),
  /** The file with what its objects gave out. */
  file: z.string(),
  objects: z.number(),
  bytes: z.number(),
  /** Of its objects' ids, sizes and digests, a line each; sha256. */
  digest: z.string(),
  /** Objects that gave nothing out, and what the first of them said. */
  failed: z.number(),
  failures: z.array(z.string()),
});
export type ClassEntry = Readonly<z.infer<typeof objectClass>>;

export const manifest = z.object({
  /** 2: databases and namespaces stand in `entries`, and may have several files; a worker wrote it. */
  format: z.enum(["lockstep-manifest/1", "lockstep-manifest/2"]),
  name: z.string(),
  tool: z.string(),
  databases: z.array(database),
  namespaces: z.array(namespace),
  /** Files with a line each, which is a database or a namespace that stands in no list here. */
  entries: z.array(z.string()).optional(),
  buckets: z.array(bucket).default([]),
  indexes: z.array(index).default([]),
  /** Queues of dead letters. */
  letters: z.array(letters).default([]),
  /** Durable Object classes that give their objects' storage out. */
  classes: z.array(objectClass).default([]),
  /** Worker → the versions that served when it was begun, with their share. */
  versions: z.record(z.string(), z.array(z.object({ id: z.string(), percentage: z.number() }))),
  /** What the stage has besides, and what becomes of it. */
  notInBackup: z.array(z.string()),
});
export type Manifest = Readonly<z.infer<typeof manifest>>;

/** A line of one of the {@link Manifest}'s files of entries. */
export const entry = z.union([z.strictObject({ database }), z.strictObject({ namespace })]);
