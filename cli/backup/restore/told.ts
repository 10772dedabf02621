import { join } from "node:path";
import { bookmarkOf } from "../../../src/backup/d1/dump.ts";
import { dumpedTables } from "../../../src/backup/d1/dumped-tables.ts";
import type { Page } from "../../../src/backup/d1/pages/page.ts";
import { pages } from "../../../src/backup/d1/pages/pages.ts";
import { wholeSchema } from "../../../src/backup/d1/schema.ts";
import { sinceText, writtenSince } from "../../../src/backup/d1/since.ts";
import type { DumpedTable } from "../../../src/backup/d1/tables.ts";
import { endpointOf } from "../../../src/backup/databases.ts";
import type { BucketPlace } from "../../../src/backup/objects/list.ts";
import { objectsSince, objectsSinceText } from "../../../src/backup/objects/since.ts";
import type { ClassEntry, DatabaseEntry } from "../../../src/backup/store/manifest.ts";
import type { OpenBackup } from "../../../src/backup/store/open.ts";
import { unitOf } from "../../../src/cloudflare/contents/plural.ts";
import type { Database } from "../../../src/migrations/database/database.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { reservedTables } from "../../../src/migrations/sql/ledger-tables.ts";
import { fold } from "../../../src/migrations/sql/structure.ts";
import type { Project } from "../../../src/project/project.ts";
import type { NamedStore, SwitchedKind } from "../../stack/switch/switching.ts";
import type { Site } from "../site.ts";

/** Before they are read: a restore reads what serves for its count, and the new ones for their comparison. */
export const costLine = (databases: readonly DatabaseEntry[]): string => {
  const rows = databases.flatMap(({ tables }) => tables).reduce((sum, each) => sum + each.rows, 0);
  return `\nAbout ${rows} rows of what serves will be read to count what was written since, by the backup's own number, and as many of the new databases to compare them; D1 bills both.`;
};

/** What the database that serves has and the backup has not; it reads every row of it once. @param id undefined where there is none any more */
export async function sinceLines(
  site: Site,
  backup: OpenBackup,
  entry: DatabaseEntry,
  id: string | undefined,
): Promise<readonly string[]> {
  if (id === undefined) return [`${entry.key}: the database that served is there no more`];
  const found = await otherwise(liveOf(site, id, entry.key), {
    tables: backup.tablesOf(entry),
    pages: backup.pagesOf(entry),
  });
  return found.length === 0 ? [`${entry.key}: nothing`] : found;
}

/** What one database has and another has not, without what the migrations note down: it reads every row of both. */
export async function betweenLines(
  site: Site,
  key: string,
  id: string,
  other: string,
): Promise<readonly string[]> {
  const than = liveOf(site, other, key);
  const tables = dumpedTables(key, await wholeSchema(than)).filter(
    ({ name }) => !reservedTables.includes(name),
  );
  async function* all(): AsyncGenerator<Page> {
    for (const each of tables) if (each.content.kind === "rows") yield* pages(than, each);
  }
  return otherwise(liveOf(site, id, key), { tables, pages: all() });
}

/** By it one sees whether anybody wrote meanwhile. */
export const bookmarkIn = (site: Site, key: string, id: string): Promise<string> =>
  bookmarkOf(liveOf(site, id, key));

const liveOf = (site: Site, id: string, key: string): Database => queryDatabase(endpointOf(site, id), key);

/** A table that has lost columns since cannot be compared row by row: that is said of it. */
async function otherwise(
  live: Database,
  than: { readonly tables: readonly DumpedTable[]; readonly pages: AsyncIterable<Page> },
): Promise<readonly string[]> {
  const there = new Map(
    dumpedTables(live.label, await wholeSchema(live)).map(({ name, columns }) => [name, columns.map(fold)]),
  );
  const lost = (table: DumpedTable): readonly string[] => {
    const now = there.get(table.name);
    return now === undefined ? [] : table.columns.filter((column) => !now.includes(fold(column)));
  };
  const odd = new Set(than.tables.filter((each) => lost(each).length > 0).map(({ name }) => name));
  async function* comparable(): AsyncGenerator<Page> {
    for await (const page of than.pages) if (!odd.has(page.table.name)) yield page;
  }
  const found = await writtenSince(
    live,
    than.tables.filter(({ name }) => !odd.has(name)),
    comparable(),
    (name) => there.has(name),
  );
  return [
    ...found.map((each) => sinceText(live.label, each)),
    ...than.tables
      .filter(({ name }) => odd.has(name))
      .map(
        (each) =>
          `${live.label}, table ${each.name}: not counted, it has no ${lost(each).join(", ")} in the one of both`,
      ),
  ];
}

/** A schema that is older or newer than the project's files: what `up` would do to the restored database. */
export function ledgerLines(
  { systems }: Project,
  { key, ledger }: DatabaseEntry,
  root: string,
): readonly string[] {
  const declared = systems
    .flatMap(({ name, resources }) => resources.map((store) => ({ key: `${name}/${store.name}`, store })))
    .find((each) => each.key === key && each.store.kind === "d1")?.store;
  if (declared?.kind !== "d1") return [`${key} is declared no more`];
  if (declared.migrations === undefined) return [];
  const files = readFolder(join(root, declared.migrations)).map(({ name }) => name);
  const pending = files.filter((name) => !ledger.includes(name));
  const unknown = ledger.filter((name) => !files.includes(name));
  return [
    ...(pending.length > 0
      ? [`${key}: its schema is older than the project's; pending on it: ${pending.join(", ")}`]
      : []),
    ...(unknown.length > 0
      ? [
          `${key}: its schema is newer than the project's; migrations that the project has not: ${unknown.join(", ")}`,
        ]
      : []),
  ];
}

/** What a bucket that serves has and the backup has not. */
export async function objectLines(
  site: Site,
  key: string,
  place: BucketPlace,
  before: Parameters<typeof objectsSince>[2],
): Promise<readonly string[]> {
  const text = objectsSinceText(key, await objectsSince(site, place, before));
  return text === undefined ? [] : [text];
}

const remove = {
  d1: "npx wrangler d1 delete",
  r2: "npx wrangler r2 bucket delete",
  kv: "npx wrangler kv namespace delete --namespace-id",
  vectorize: "npx wrangler vectorize delete",
} as const satisfies Readonly<Record<SwitchedKind, string>>;

/** What a person types to delete a store. */
export const removal = (kind: SwitchedKind, { id, name }: NamedStore): string =>
  `${remove[kind]} ${kind === "kv" ? id : name}`;

/** Objects are put back by themselves: none can be made beside the one that serves, and switched. */
export const classLines = (classes: readonly ClassEntry[]): readonly string[] =>
  classes.map(
    ({ key, objects }) =>
      `stays in the backup: what ${objects} ${unitOf(objects, "objects")} of class ${key} had stored; --class ${key} puts it back`,
  );
