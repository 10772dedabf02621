import { travel } from "../../../src/backup/time-travel.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { type Database, rows } from "../../../src/migrations/database/database.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";
import type { Site } from "../../db/site.ts";
import { type NotedDatabase, type RollbackNote, writeNote } from "./journal.ts";

const databaseAt = ({ connection, accountId }: Site, { id, key }: NotedDatabase): Database =>
  queryDatabase({ baseUrl: connection.baseUrl, token: connection.token, accountId, databaseId: id }, key);

/** Whether a database is where the note wants it: its own ledger says so, whatever became of the answer to the restore. */
export async function isPutBack(site: Site, noted: NotedDatabase): Promise<boolean> {
  const [found] = await rows(databaseAt(site, noted), [
    `SELECT 1 FROM d1_migrations WHERE name = '${noted.marker.replaceAll("'", "''")}'`,
  ]);
  return (found?.length === 1) === noted.markedAfter;
}

/**
 * Puts the databases of a note back that are not yet, one after the other. The bookmark that undoes it is on the disk before the database changes.
 * @param say one line for each that was put back
 */
export async function putBack(
  file: string,
  begun: RollbackNote,
  site: Site,
  say: (line: string) => void,
): Promise<RollbackNote> {
  let note = begun;
  for (const noted of begun.databases) {
    if (noted.back !== null && (await isPutBack(site, noted))) {
      say(`${noted.key}: is back already`);
      continue;
    }
    const now = await databaseAt(site, noted).bookmark();
    if (now.kind !== "done") throw noBookmark(noted, now.message);
    note = writeNote(file, withBack(note, noted, now.value));
    const undo = await travel(site, noted.id, noted.key, noted);
    note = writeNote(file, withBack(note, noted, undo));
    say(`${noted.key}: back at ${noted.bookmark}`);
  }
  return note;
}

const withBack = (note: RollbackNote, of: NotedDatabase, back: string): RollbackNote => ({
  ...note,
  databases: note.databases.map((each) => (each.key === of.key ? { ...each, back } : each)),
});

const noBookmark = ({ key }: NotedDatabase, got: string): UserError =>
  new UserError({
    what: `${key} gives no bookmark of now, so nothing would undo what is about to happen; it was left as it is`,
    where: key,
    got,
    expected: "its bookmark",
    fix: "type the same command again",
  });
