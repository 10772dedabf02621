import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { refuseLinksOut } from "./links.ts";

/** What `db new` calls a file, and what a lint asks of new ones: `0001_create_notes.sql`. */
export const usualName = /^(\d{4,})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/** The one file that is read of a folder within the folder, as drizzle 1 and Prisma write it. */
const nested = "migration.sql";

/** Whether a name can stand in the ledger and in a line of the chain file. */
export const isReadable = (name: string): boolean => /^\S+\.sql$/i.test(name);

/** What the name begins with; undefined for one that begins with no digit. */
export const numberOf = (name: string): number | undefined => {
  const number = Number.parseInt(name, 10);
  return Number.isNaN(number) ? undefined : number;
};

/** Names in the order in which they run, which is wrangler's: by number, those without one last, then by text. */
export function inOrder(a: string, b: string): number {
  const [x = Number.POSITIVE_INFINITY, y = Number.POSITIVE_INFINITY] = [numberOf(a), numberOf(b)];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same, also of a folder that has no file yet. */
export const namesIfAny = (folder: string): readonly string[] => listed(folder).names;

/**
 * The names of a folder's migration files, in order: its `.sql` files, and `migration.sql` of each folder in it. A folder that
 * holds none is refused, and so is a folder in it whose `.sql` files nothing reads: code would be deployed without its tables.
 */
export function migrationNames(folder: string): readonly string[] {
  const { names, unread } = listed(folder);
  const [first] = unread;
  if (first !== undefined)
    throw new UserError({
      what: "The migrations folder has SQL files that nothing reads",
      where: join(folder, first),
      got: unread.length === 1 ? first : `${first}, and ${unread.length - 1} more like it`,
      expected: "files in the folder itself, or <name>/migration.sql",
      fix: "move them into the folder, or out of it if they are no migrations",
    });
  if (names.length === 0)
    throw new UserError({
      what: "The migrations folder has no migration",
      where: folder,
      got: "no .sql file",
      expected: "files like 0001_create_notes.sql, or <name>/migration.sql",
      fix: sentence`make the first one: ${command("db new", { database: "<database>", name: "create_notes" })}; for a database without migrations leave \`migrations\` out of its declaration`,
    });
  return names;
}

function listed(folder: string): { readonly names: readonly string[]; readonly unread: readonly string[] } {
  const entries = read(folder);
  for (const entry of entries)
    if (entry.isSymbolicLink() && concerns(folder, entry)) refuseLinksOut(join(folder, entry.name));
  const folders = entries.filter((entry) => isFolder(folder, entry)).map(({ name }) => name);
  for (const name of folders)
    for (const entry of read(join(folder, name)))
      if (entry.isSymbolicLink() && isSql(entry)) refuseLinksOut(join(folder, name, entry.name));
  const within = folders.map((name) => ({ name, sql: sqlOf(read(join(folder, name))) }));
  return {
    names: [
      ...sqlOf(entries),
      ...within.filter(({ sql }) => sql.includes(nested)).map(({ name }) => `${name}/${nested}`),
    ].sort(inOrder),
    unread: within
      .filter(({ sql }) => sql.length > 0 && !sql.includes(nested))
      .flatMap(({ name, sql }) => sql.map((file) => `${name}/${file}`)),
  };
}

const sqlOf = (entries: readonly Dirent[]): readonly string[] =>
  entries.filter((entry) => !entry.isDirectory() && isSql(entry)).map(({ name }) => name);

const isSql = ({ name }: Dirent): boolean => name.toLowerCase().endsWith(".sql");

/** Also one that is a link. */
const isFolder = (within: string, entry: Dirent): boolean =>
  entry.isDirectory() ||
  (entry.isSymbolicLink() &&
    statSync(join(within, entry.name), { throwIfNoEntry: false })?.isDirectory() === true);

const concerns = (within: string, entry: Dirent): boolean => isSql(entry) || isFolder(within, entry);

function read(folder: string): readonly Dirent[] {
  if (existsSync(folder)) refuseLinksOut(folder);
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new UserError(
      {
        what: "The migrations folder cannot be read",
        where: folder,
        got: error instanceof Error ? error.message : String(error),
        expected: "a folder with files like 0001_create_notes.sql",
        fix: `create it: mkdir -p ${folder}`,
      },
      { cause: error },
    );
  }
}
