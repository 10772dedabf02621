import { databaseFor } from "../../../../src/backup/databases.ts";
import { namespaceFor } from "../../../../src/backup/kv/namespaces.ts";
import {
  restoreAndCompare,
  restoreBucket,
  restoreIndex,
  restoreNamespace,
} from "../../../../src/backup/prove.ts";
import type { OpenBackup } from "../../../../src/backup/store/open.ts";
import { unitOf } from "../../../../src/cloudflare/contents/plural.ts";
import type { SwitchedKind } from "../../../stack/switch/switching.ts";
import type { Place } from "../places.ts";
import { type At, say } from "../prepared.ts";
import { removal } from "../told.ts";

/** The id of a new store that is filled and the same as the backup; undefined where it is not the same, which was said. */
export async function filledNew(backup: OpenBackup, of: Place, at: At): Promise<string | undefined> {
  say(`${of.key}: restoring and comparing …`);
  const { id, differences, holds, told = [] } = await fills[of.kind](backup, of, at);
  const result = differences.length === 0 ? "the same as the backup" : "NOT the same:";
  process.stdout.write(`${of.key}: ${of.name} (${id}), ${holds}, ${result}\n`);
  for (const line of [...differences, ...told]) process.stdout.write(`  ${line}\n`);
  if (differences.length > 0)
    say(
      `  If it was restored earlier and written to since: once nobody needs that, ${removal(of.kind, { id, name: of.name })}, and do this again`,
    );
  return differences.length === 0 ? id : undefined;
}

interface Filled {
  readonly id: string;
  readonly holds: string;
  readonly differences: readonly string[];
  /** What somebody should know all the same. @default - nothing */
  readonly told?: readonly string[];
}

async function database(backup: OpenBackup, { key, name, declared }: Place, { site }: At): Promise<Filled> {
  const entry = backup.manifest.databases.find((each) => each.key === key);
  if (entry === undefined || declared.kind !== "d1") throw new Error(`${key} is no database of the backup`);
  const { jurisdiction, primaryLocationHint: hint } = declared;
  // Neither can be changed later: it has to be what is declared from the first moment.
  const made = await databaseFor(site, name, key, {
    ...(jurisdiction !== undefined && { jurisdiction }),
    ...(hint !== undefined && { primary_location_hint: hint }),
  });
  const { rows, seconds, differences } = await restoreAndCompare(backup, entry, made, { mayBeDone: true });
  return { id: made.id, holds: `${rows} rows in ${seconds.toFixed(1)} s`, differences };
}

async function namespace(backup: OpenBackup, { key, name }: Place, { site, request }: At): Promise<Filled> {
  const entry = backup.manifest.namespaces.find((each) => each.key === key);
  if (entry === undefined) throw new Error(`${key} is no namespace of the backup`);
  const id = await namespaceFor(site, name);
  const patience = request.target === "embedded" ? 1 : 4;
  const { differences, expired, seconds } = await restoreNamespace(backup, entry, site, id, patience);
  const holds = `${entry.keys - expired} ${unitOf(entry.keys - expired, "keys")} in ${seconds.toFixed(1)} s (${expired} have expired since)`;
  return { id, holds, differences };
}

async function bucket(backup: OpenBackup, { key, name, declared }: Place, { site }: At): Promise<Filled> {
  const entry = backup.manifest.buckets.find((each) => each.key === key);
  if (entry === undefined || declared.kind !== "r2") throw new Error(`${key} is no bucket of the backup`);
  const { jurisdiction = "default", storageClass = "Standard" } = declared;
  const like = { location: entry.location, storageClass };
  const { differences, told, seconds } = await restoreBucket(
    backup,
    entry,
    site,
    { name, jurisdiction },
    like,
  );
  const holds = `${entry.objects} ${unitOf(entry.objects, "objects")} in ${seconds.toFixed(1)} s`;
  return { id: name, holds, differences, told: [...told, ...entry.without.map((each) => `without ${each}`)] };
}

async function index(backup: OpenBackup, { key, name }: Place, { site }: At): Promise<Filled> {
  const entry = backup.manifest.indexes.find((each) => each.key === key);
  if (entry === undefined) throw new Error(`${key} is no index of the backup`);
  const { differences, seconds } = await restoreIndex(backup, entry, site, name);
  const holds = `${entry.vectors} ${unitOf(entry.vectors, "vectors")} in ${seconds.toFixed(1)} s`;
  return { id: name, holds, differences, told: entry.without.map((each) => `without ${each}`) };
}

const fills: Readonly<Record<SwitchedKind, (backup: OpenBackup, of: Place, at: At) => Promise<Filled>>> = {
  d1: database,
  kv: namespace,
  r2: bucket,
  vectorize: index,
};
