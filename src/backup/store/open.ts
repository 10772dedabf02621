import { dirname, join } from "node:path";
import { z } from "zod";
import { objectsIn as objectsOfClass, type ReadObject } from "../classes/lines.ts";
import { dumpedTables } from "../d1/dumped-tables.ts";
import type { Page } from "../d1/pages/page.ts";
import type { DumpedTable } from "../d1/tables.ts";
import { type Pair, pair } from "../kv/pairs.ts";
import { type Letter, letter } from "../letters/letters.ts";
import { type ObjectEntry, objectEntry } from "../objects/object.ts";
import type { Inventory } from "../objects/restore.ts";
import { headerOf, knownIn, listFile, pathOf, storeFolder } from "../objects/store.ts";
import { type Vector, vector } from "../vectors/vectors.ts";
import { manifestFile, type ReadHead } from "./head.ts";
import {
  type BucketEntry,
  type ClassEntry,
  type DatabaseEntry,
  entry,
  type IndexEntry,
  type LettersEntry,
  type Manifest,
  manifest,
  type NamespaceEntry,
} from "./manifest.ts";
import type { SealedFile } from "./sealed.ts";
import { damaged, requireLength, requireWhole, unseal, unsealBytes } from "./unsealed.ts";

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
  readonly objectsOf: (entry: ClassEntry) => AsyncIterable<ReadObject>;
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
    objectsOf: ({ file }) => objectsOfClass(() => unseal(join(folder, file), identity)),
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
