import { dirname, join } from "node:path";
import { z } from "zod";
import { dumpedTables } from "../d1/dumped-tables.ts";
import type { Page } from "../d1/pages.ts";
import type { DumpedTable } from "../d1/tables.ts";
import { type Pair, pair } from "../kv/pairs.ts";
import { type Letter, letter } from "../letters/letters.ts";
import { type ObjectEntry, objectEntry } from "../objects/object.ts";
import type { Inventory } from "../objects/restore.ts";
import { headerOf, knownIn, listFile, pathOf, storeFolder } from "../objects/store.ts";
import { type Vector, vector } from "../vectors/vectors.ts";
import { manifestFile, type ReadHead } from "./head.ts";
import type { SealedFile } from "./sealed.ts";
import { damaged, requireLength, requireWhole, unseal, unsealBytes } from "./unsealed.ts";

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

const manifest = z.object({
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
  /** Worker → the versions that served when it was begun, with their share. */
  versions: z.record(z.string(), z.array(z.object({ id: z.string(), percentage: z.number() }))),
  /** What the stage has besides, and what becomes of it. */
  notInBackup: z.array(z.string()),
});
export type Manifest = Readonly<z.infer<typeof manifest>>;
const entry = z.union([z.strictObject({ database }), z.strictObject({ namespace })]);

/** A backup, opened with a key: its files are as they were written. */
export interface OpenBackup extends ReadHead {
  readonly manifest: Manifest;
  readonly tablesOf: (entry: DatabaseEntry) => readonly DumpedTable[];
  /** Rows of a database, as often as somebody wants them. */
  readonly pagesOf: (entry: DatabaseEntry) => AsyncIterable<Page>;
  readonly pairsOf: (entry: NamespaceEntry) => AsyncIterable<Pair>;
  readonly inventoryOf: (entry: BucketEntry) => Inventory;
  readonly lettersOf: (entry: LettersEntry) => AsyncIterable<Letter>;
  readonly vectorsOf: (entry: IndexEntry) => AsyncIterable<Vector>;
}

/** Looked at and left as they are: there are a thousand of them in each line. */
const rowTexts = z.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((row) => typeof row === "string"),
  "expected rows, each a text",
);
const line = z.object({ table: z.string(), rows: rowTexts });

/** Checks every file of a backup and opens its manifest. Throws UserError, naming the file, where anything is not as it was written. */
export async function openBackup(read: ReadHead, identity: string): Promise<OpenBackup> {
  const { folder, head } = read;
  for (const file of head.files) await requireWhole(join(folder, file.name), file);
  let text = "";
  for await (const part of unseal(join(folder, manifestFile), identity)) text += part;
  const opened = await withEntries(manifest.parse(JSON.parse(text)), folder, identity);
  if (opened.name !== head.name) throw new Error(`the manifest of ${opened.name} lies in ${folder}`);
  const store = storeFolder(dirname(folder));
  const files = await knownIn(join(folder, listFile));
  for (const [id, file] of files) requireLength(pathOf(store, id), file);
  const tablesOf = (entry: DatabaseEntry): readonly DumpedTable[] => dumpedTables(entry.key, entry.schema);
  return {
    ...read,
    manifest: opened,
    tablesOf,
    pairsOf: async function* ({ file, more }) {
      for (const each of [file, ...more])
        for await (const text of unseal(join(folder, each), identity)) yield pair.parse(JSON.parse(text));
    },
    lettersOf: async function* ({ file }) {
      if (file === undefined) return;
      for await (const text of unseal(join(folder, file), identity)) yield letter.parse(JSON.parse(text));
    },
    vectorsOf: async function* ({ file }) {
      if (file === undefined) return;
      for await (const text of unseal(join(folder, file), identity)) yield vector.parse(JSON.parse(text));
    },
    inventoryOf: (entry) => ({
      objects: () => objectsIn(join(folder, entry.file), identity),
      bytesOf: (object) => bytesOf(entry, object, pathOf(store, object.id), files.get(object.id), identity),
    }),
    pagesOf: async function* (entry) {
      const tables = new Map(tablesOf(entry).map((table) => [table.name, table]));
      for (const file of [entry.file, ...entry.more])
        for await (const text of unseal(join(folder, file), identity)) {
          const { table: name, rows } = line.parse(JSON.parse(text));
          const table = tables.get(name);
          if (table === undefined)
            throw new Error(`${file} has rows of a table ${name} that its schema has not`);
          yield { table, rows };
        }
    },
  };
}

/** With the databases and namespaces that stand in files of their own. */
async function withEntries(opened: Manifest, folder: string, identity: string): Promise<Manifest> {
  const databases = [...opened.databases];
  const namespaces = [...opened.namespaces];
  for (const file of opened.entries ?? [])
    for await (const text of unseal(join(folder, file), identity)) {
      const read = entry.parse(JSON.parse(text));
      if ("database" in read) databases.push(read.database);
      else namespaces.push(read.namespace);
    }
  return { ...opened, databases, namespaces };
}

async function* objectsIn(path: string, identity: string): AsyncGenerator<ObjectEntry> {
  for await (const text of unseal(path, identity)) yield objectEntry.parse(JSON.parse(text));
}

/** An object's bytes out of the store: what is behind the header of its file. */
async function* bytesOf(
  { key: bucketKey }: BucketEntry,
  object: ObjectEntry,
  path: string,
  file: SealedFile | undefined,
  identity: string,
): AsyncGenerator<Uint8Array> {
  if (file === undefined) throw damaged(path, "no line of it in objects.list", "a line");
  const header = Buffer.from(headerOf(bucketKey, object));
  let begin = Buffer.alloc(0);
  let isBehind = false;
  for await (const part of unsealBytes(path, identity, file)) {
    if (isBehind) {
      yield part;
      continue;
    }
    begin = Buffer.concat([begin, part]);
    if (begin.length < header.length) continue;
    if (!begin.subarray(0, header.length).equals(header)) throw damaged(path, "another object", "this one");
    isBehind = true;
    if (begin.length > header.length) yield begin.subarray(header.length);
  }
  if (!isBehind) throw damaged(path, "no object in it", "an object");
}
