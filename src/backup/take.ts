import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { type ClassSource, takeClasses } from "./classes/take.ts";
import type { Pace } from "./d1/pages/pace.ts";
import { type Source, takeDatabases } from "./d1/take.ts";
import { type NamespaceSource, takeNamespaces } from "./kv/take.ts";
import { type LettersSource, takeLetters } from "./letters/take.ts";
import { nameOf } from "./name-of.ts";
import { refuseCollecting } from "./objects/collect.ts";
import type { BucketSource } from "./objects/copy.ts";
import { type Elsewhere, listFile } from "./objects/store.ts";
import { takeBuckets } from "./objects/take.ts";
import { draftAt, prepareFolder, sameSecond } from "./store/draft.ts";
import { type Head, headFile, headShape, manifestFile, type ReadHead, readHead } from "./store/head.ts";
import { newestHead, newestWith } from "./store/heads.ts";
import type { Manifest } from "./store/manifest.ts";
import { seal } from "./store/sealed.ts";
import { signed } from "./store/signature.ts";
import { type IndexSource, takeIndexes } from "./vectors/take.ts";

/** A backup that is written, and what its manifest says of each store. */
export type TakenBackup = ReadHead &
  Pick<Manifest, "databases" | "namespaces" | "buckets" | "indexes" | "letters" | "classes">;

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
  /** Durable Object classes that give their objects' storage out, and the account that they are in. @default - none */
  readonly classes?: { readonly account: Account; readonly sources: readonly ClassSource[] };
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
export async function takeBackup(sources: readonly Source[], options: TakeOptions): Promise<TakenBackup> {
  const { folder, recipients, now = new Date(), say } = options;
  prepareFolder(folder);
  const previous = newestHead(folder);
  const name = nameOf(now);
  const path = join(folder, name);
  if (existsSync(path)) throw sameSecond(path);
  const draft = draftAt(path);
  mkdirSync(draft, { mode: 0o700 });
  try {
    refuseCollecting(folder);
    const { databases, files: databaseFiles } = await takeDatabases(sources, draft, options);
    const { namespaces, files: namespaceFiles } = await takeNamespaces(
      options.namespaces ?? [],
      draft,
      recipients,
      say,
    );
    const { buckets, files: bucketFiles } = await takeBuckets(options.buckets ?? [], {
      ...{ folder, draft, recipients, say },
      // A worker's backup has no objects, and lists none.
      previous: newestWith(folder, listFile),
      elsewhere: options.elsewhere ?? new Map(),
    });
    const taken = await takeIndexes(options.indexes ?? [], draft, recipients, say);
    const dead = await takeLetters(options.letters ?? [], draft, recipients);
    const { classes, files: classFiles } =
      options.classes === undefined
        ? { classes: [], files: [] }
        : await takeClasses(options.classes.account, options.classes.sources, { draft, recipients, say });
    const files = [
      ...[databaseFiles, namespaceFiles, bucketFiles, taken.files, dead.files, classFiles].flat(),
    ];
    const manifest: Manifest = {
      format: "lockstep-manifest/1",
      name,
      tool: options.tool,
      databases: [...databases],
      namespaces: [...namespaces],
      buckets: [...buckets],
      indexes: [...taken.indexes],
      letters: [...dead.letters],
      classes: [...classes],
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
    named(draft, path);
    return { ...readHead(path), ...manifest };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Gives a finished backup its name, unless another of the same second has it by now. */
function named(draft: string, path: string): void {
  try {
    renameSync(draft, path);
  } catch (error) {
    throw existsSync(path) ? sameSecond(path) : error;
  }
}

async function* text(value: object): AsyncGenerator<string> {
  yield `${JSON.stringify(value)}\n`;
}
