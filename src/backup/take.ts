import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../diagnostic/user-error.ts";
import { ownFolder } from "../files/own-folder.ts";
import type { Database } from "../migrations/database/database.ts";
import { readSnapshot } from "../migrations/database/snapshot.ts";
import { isRunning } from "../process/is-running.ts";
import { dump } from "./d1/dump.ts";
import type { Pace } from "./d1/pace.ts";
import type { Page } from "./d1/pages.ts";
import { fingerprintOf } from "./d1/schema.ts";
import type { Pair } from "./kv/pairs.ts";
import { type LettersSource, takeLetters } from "./letters/take.ts";
import { nameOf } from "./name-of.ts";
import { refuseCollecting } from "./objects/collect.ts";
import type { BucketSource } from "./objects/copy.ts";
import type { Elsewhere } from "./objects/store.ts";
import { listFile } from "./objects/store.ts";
import { takeBuckets } from "./objects/take.ts";
import {
  type Head,
  headFile,
  headShape,
  manifestFile,
  newestHead,
  newestWith,
  type ReadHead,
  readHead,
} from "./store/head.ts";
import type { DatabaseEntry, Manifest, NamespaceEntry } from "./store/manifest.ts";
import { type SealedFile, seal } from "./store/sealed.ts";
import { signed } from "./store/signature.ts";
import { type IndexSource, takeIndexes } from "./vectors/take.ts";

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

/** A namespace that is to be backed up. */
export interface NamespaceSource {
  /** `jobmatch/SESSIONS` */
  readonly key: string;
  readonly id: string;
  readonly title: string;
  readonly pairs: () => AsyncIterable<Pair>;
}

export interface TakeOptions {
  /** The stage's folder of backups. */
  readonly folder: string;
  readonly stage: string;
  readonly target: "embedded" | "cloudflare";
  readonly accountId: string;
  readonly recipients: readonly string[];
  readonly tool: string;
  readonly versions: Manifest["versions"];
  readonly notInBackup: readonly string[];
  /** @default - none */
  readonly namespaces?: readonly NamespaceSource[];
  /** @default - none */
  readonly buckets?: readonly BucketSource[];
  /** @default - none */
  readonly indexes?: readonly IndexSource[];
  /** Objects' bytes that the place has which the backup goes to. @default - none but the folder's */
  readonly elsewhere?: Elsewhere;
  /** Queues of dead letters. @default - none */
  readonly letters?: readonly LettersSource[];
  readonly now?: Date;
  /** The private half of the stage's key: PKCS #8, base64. @default - the stage has none */
  readonly signingKey?: string | undefined;
  /** How fast rows are read. @default - as fast as D1 answers */
  readonly pace?: Pace;
  /** For a person. */
  readonly say: (text: string) => void;
  /** Hears how many rows of a database were read so far, page by page. @default - nobody does */
  readonly progress?: (key: string, rows: number) => void;
}

/**
 * Writes one backup of all these databases. It gets its name when all of it is on the disk: a run that was killed leaves nothing that looks like a
 * backup, and the next one clears away what it left.
 */
export async function takeBackup(
  sources: readonly Source[],
  options: TakeOptions,
): Promise<ReadHead & Pick<Manifest, "databases" | "namespaces" | "buckets" | "indexes" | "letters">> {
  const { folder, recipients, now = new Date(), say } = options;
  prepare(folder);
  const previous = newestHead(folder);
  const name = nameOf(now);
  const path = join(folder, name);
  if (existsSync(path)) throw sameSecond(path);
  const draft = `${path}.${process.pid}.draft`;
  mkdirSync(draft, { mode: 0o700 });
  try {
    refuseCollecting(folder);
    const files: Head["files"][number][] = [];
    const databases: DatabaseEntry[] = [];
    for (const [i, source] of sources.entries()) {
      const file = `d1-${i}.age`;
      say(`${source.key}: reading …`);
      const { entry, sealed } = await one(source, join(draft, file), file, options);
      databases.push(entry);
      files.push({ name: file, ...sealed });
    }
    const namespaces: NamespaceEntry[] = [];
    for (const [i, { key, id, title, pairs }] of (options.namespaces ?? []).entries()) {
      const file = `kv-${i}.age`;
      say(`${key}: reading …`);
      let keys = 0;
      const hash = createHash("sha256");
      const lines = eachLine(pairs(), (line) => {
        keys++;
        hash.update(line);
      });
      const sealed = await seal(join(draft, file), recipients, lines);
      namespaces.push({ key, id, title, file, more: [], keys, digest: hash.digest("hex") });
      files.push({ name: file, ...sealed });
    }
    const { buckets, files: bucketFiles } = await takeBuckets(options.buckets ?? [], {
      ...{ folder, draft, recipients, say },
      // A worker's backup has no objects, and lists none.
      previous: newestWith(folder, listFile),
      elsewhere: options.elsewhere ?? new Map(),
    });
    const taken = await takeIndexes(options.indexes ?? [], draft, recipients, say);
    const dead = await takeLetters(options.letters ?? [], draft, recipients);
    files.push(...bucketFiles, ...taken.files, ...dead.files);
    const manifest: Manifest = {
      format: "lockstep-manifest/1",
      name,
      tool: options.tool,
      databases,
      namespaces,
      buckets: [...buckets],
      indexes: [...taken.indexes],
      letters: [...dead.letters],
      versions: options.versions,
      notInBackup: [...options.notInBackup],
    };
    files.push({
      name: manifestFile,
      ...(await seal(join(draft, manifestFile), recipients, text(manifest))),
    });
    const unsigned: Head = headShape.parse({
      format: "lockstep-backup/1",
      name,
      stage: options.stage,
      target: options.target,
      accountId: options.accountId,
      startedAt: now.toISOString(),
      endedAt: new Date().toISOString(),
      previous: previous === undefined ? null : { name: previous.head.name, digest: previous.digest },
      files,
    });
    const head = options.signingKey === undefined ? unsigned : signed(unsigned, options.signingKey);
    writeFileSync(join(draft, headFile), `${JSON.stringify(head, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, path);
    return { ...readHead(path), ...manifest };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function* text(value: object): AsyncGenerator<string> {
  yield `${JSON.stringify(value)}\n`;
}

async function one(
  { key, id, physicalName, sizeBytes, database }: Source,
  path: string,
  file: string,
  { recipients, pace, progress }: Pick<TakeOptions, "recipients" | "pace" | "progress">,
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
): AsyncGenerator<string> {
  let sum = 0;
  for await (const { table, rows } of pages) {
    sum += rows.length;
    progress(sum);
    yield `${JSON.stringify({ table: table.name, rows })}\n`;
  }
}

async function* eachLine(
  values: AsyncIterable<object>,
  heard: (line: string) => void,
): AsyncGenerator<string> {
  for await (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    heard(line);
    yield line;
  }
}

function prepare(folder: string): void {
  try {
    ownFolder(folder);
    clearDrafts(folder);
  } catch (error) {
    throw new UserError(
      {
        what: "Backups cannot be written there; nothing was read",
        where: folder,
        got: error instanceof Error ? error.message : String(error),
        expected: "a folder of this user's, or one that can be made",
        fix: "name another folder with --to, or under lockstep:backup in the stack file",
      },
      { cause: error },
    );
  }
}

/** What runs left that were killed. One that still runs keeps its own. */
function clearDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\d{8}T\d{6}Z\.(\d+)\.draft$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

const sameSecond = (path: string): UserError =>
  new UserError({
    what: "No backup was written",
    where: path,
    got: "a backup of the same second, which stays as it is",
    expected: "one backup at a time",
    fix: "run it again",
  });
