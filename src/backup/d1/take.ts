import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../../migrations/database/database.ts";
import { readSnapshot } from "../../migrations/database/snapshot.ts";
import type { Head } from "../store/head.ts";
import type { DatabaseEntry } from "../store/manifest.ts";
import { type SealedFile, seal } from "../store/sealed.ts";
import { dump } from "./dump.ts";
import type { Pace } from "./pages/pace.ts";
import { countOf, type Page } from "./pages/page.ts";
import { pageLine } from "./pages/page-line.ts";
import { fingerprintOf } from "./schema.ts";

/** A database that is to be backed up. */
export interface Source {
  /** `dome/silo` */
  readonly key: string;
  readonly id: string;
  readonly physicalName: string;
  /** Of its file at Cloudflare. */
  readonly sizeBytes: number;
  readonly database: Database;
}

interface TakeDatabasesOptions {
  readonly recipients: readonly string[];
  readonly pace?: Pace;
  readonly say: (text: string) => void;
  readonly progress?: (key: string, rows: number) => void;
}

/** Writes the rows of databases, a file each, one after the other. */
export async function takeDatabases(
  sources: readonly Source[],
  draft: string,
  options: TakeDatabasesOptions,
): Promise<{ readonly databases: readonly DatabaseEntry[]; readonly files: Head["files"] }> {
  const files: Head["files"] = [];
  const databases: DatabaseEntry[] = [];
  for (const [i, source] of sources.entries()) {
    const file = `d1-${i}.age`;
    options.say(`${source.key}: reading …`);
    const { entry, sealed } = await one(source, join(draft, file), file, options);
    databases.push(entry);
    files.push({ name: file, ...sealed });
  }
  return { databases, files };
}

async function one(
  { key, id, physicalName, sizeBytes, database }: Source,
  path: string,
  file: string,
  { recipients, pace, progress }: TakeDatabasesOptions,
): Promise<{ readonly entry: DatabaseEntry; readonly sealed: SealedFile }> {
  let sealed: SealedFile | undefined;
  const { ledger } = await readSnapshot(database);
  const take = async (pages: AsyncIterable<Page>): Promise<void> => {
    rmSync(path, { force: true });
    sealed = await seal(
      path,
      recipients,
      linesOf(pages, (rows) => progress?.(key, rows)),
    );
  };
  const read = await dump(database, sizeBytes, take, pace);
  if (sealed === undefined) throw new Error(`nothing was written of ${key}`);
  const { schema, tables, counted, ...rest } = read;
  return {
    sealed,
    entry: {
      key,
      id,
      physicalName,
      file,
      more: [],
      ...rest,
      schema: [...schema],
      fingerprint: fingerprintOf(schema),
      ledger: [...ledger],
      tables: counted.map(({ newest, newestBy, ...each }) => ({
        ...each,
        ...(newest !== undefined && { newest }),
        ...(newestBy !== undefined && { newestBy }),
      })),
      without: tables.flatMap(({ name, content }) =>
        content.kind === "none" ? [`rows of ${name}: ${content.why}`] : [],
      ),
    },
  };
}

async function* linesOf(
  pages: AsyncIterable<Page>,
  progress: (rows: number) => void,
): AsyncGenerator<string | Uint8Array> {
  let sum = 0;
  for await (const page of pages) {
    sum += countOf(page);
    progress(sum);
    yield pageLine(page);
  }
}
