import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { UserError } from "../diagnostic/user-error.ts";

/** Which rows an index has vectors of, as far as this machine made them. */
export interface Ledger {
  /** Begins another reading of all rows. What was put last and is not known to be carried out is put again, and proves what was put before it. */
  readonly begin: () => void;
  /** What is known of a row: its digest, and whether this reading has met it before. */
  readonly known: (id: string) => { readonly digest: string; readonly met: boolean } | undefined;
  /** Of a page, once their vectors were taken: at one moment, so that a kill makes a page again at most. @param put those that were put, which is none where nothing was new */
  readonly note: (
    items: readonly { readonly id: string; readonly digest: string }[],
    put: readonly string[],
  ) => void;
  /** Those that this reading has not met: their rows are gone. */
  readonly gone: () => readonly string[];
  /** The index has carried out all that was put, and has taken those away that are gone. */
  readonly settled: (gone: readonly string[]) => void;
  readonly count: () => number;
  /** So many ids, evenly from all. */
  readonly sample: (most: number) => readonly string[];
}

/** What a machine knows of the re-indexing of one index. */
export interface Journal {
  /** Of the index that it fills or filled last. */
  readonly now: Ledger;
  readonly job: () => Job | undefined;
  readonly setJob: (job: Job) => void;
  /** Nothing is known of the index that is filled from here on. */
  readonly startOver: (job: Job) => void;
  /** Remembers for a way back what the index that serves has at this moment: the rows that the new one has. */
  readonly keepForBack: () => void;
  /** What was remembered for the way back is what is known of the index that serves again. */
  readonly wentBack: (job: Job) => void;
  readonly close: () => void;
}

const shape = z.object({
  /** Digest of database, select and model. */
  recipe: z.string(),
  /** Of the index that is filled. */
  index: z.string(),
  /** Whether all that was written until it served, and while it was exchanged, is in it. */
  ended: z.boolean(),
  /** Whether it serves again, by --undo. */
  isBack: z.boolean().default(false),
});
export type Job = Readonly<z.infer<typeof shape>>;

const tables = ["now_rows", "back_rows", "swap_rows"] as const;
type Table = (typeof tables)[number];

/** Opens a journal; a kill at any moment leaves it as it was at its last note. */
export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = opened(file);
  const put = db.prepare("INSERT OR REPLACE INTO job VALUES (1, ?)");
  const setJob = (job: Job): void => void put.run(JSON.stringify(job));
  const together = (work: () => void): void => {
    try {
      db.exec("BEGIN");
      work();
      db.exec("COMMIT");
    } catch (error) {
      throw notWritten(file, error);
    }
  };
  const copy = (from: Table, to: Table): void =>
    db.exec(`DELETE FROM ${to}; INSERT INTO ${to} SELECT * FROM ${from}`);
  return {
    now: ledgerOf(db, together),
    job() {
      const row = db.prepare("SELECT text FROM job").get();
      return row === undefined ? undefined : shape.parse(JSON.parse(String(row["text"])));
    },
    setJob,
    startOver: (job) =>
      together(() => {
        db.exec("DELETE FROM now_rows; DELETE FROM unsettled");
        setJob(job);
      }),
    keepForBack: () => together(() => copy("now_rows", "back_rows")),
    wentBack: (job) =>
      together(() => {
        copy("now_rows", "swap_rows");
        copy("back_rows", "now_rows");
        copy("swap_rows", "back_rows");
        db.exec("DELETE FROM unsettled");
        setJob(job);
      }),
    close: () => db.close(),
  };
}

function opened(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec("CREATE TABLE IF NOT EXISTS job (one INTEGER PRIMARY KEY CHECK (one = 1), text TEXT NOT NULL)");
    for (const table of tables)
      db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, digest TEXT NOT NULL, reading INTEGER NOT NULL) WITHOUT ROWID`,
      );
    db.exec("CREATE TABLE IF NOT EXISTS unsettled (id TEXT PRIMARY KEY) WITHOUT ROWID");
    return db;
  } catch (error) {
    db.close();
    throw new UserError(
      {
        what: "What an earlier re-indexing wrote down cannot be read; nothing was done",
        where: file,
        got: error instanceof Error ? error.message : String(error),
        expected: "the file as it was written, on a disk with room",
        fix: "where it is broken, remove it: the next run begins another index, and names none that is half filled",
      },
      { cause: error },
    );
  }
}

/** A transaction that was begun is taken back when the file is closed. */
const notWritten = (file: string, error: unknown): UserError =>
  new UserError(
    {
      what: "How far the re-indexing came cannot be written down; what was made until here stays, and is gone on with",
      where: file,
      got: error instanceof Error ? error.message : String(error),
      expected: "a disk with room, and no other program that holds the file",
      fix: "make room, then do this again",
    },
    { cause: error },
  );

function ledgerOf(db: DatabaseSync, together: (work: () => void) => void): Ledger {
  const newest = db.prepare("SELECT coalesce(max(reading), 0) AS n FROM now_rows");
  const one = db.prepare("SELECT digest, reading FROM now_rows WHERE id = ?");
  const put = db.prepare("INSERT OR REPLACE INTO now_rows VALUES (?, ?, ?)");
  const drop = db.prepare("DELETE FROM now_rows WHERE id = ?");
  const putLast = db.prepare("INSERT OR REPLACE INTO unsettled VALUES (?)");
  const counted = db.prepare("SELECT count(*) AS n FROM now_rows");
  let reading = 0;
  return {
    begin() {
      // No row has an empty digest: it is put again.
      together(() =>
        db.exec(
          "UPDATE now_rows SET digest = '' WHERE id IN (SELECT id FROM unsettled); DELETE FROM unsettled",
        ),
      );
      // The rows may have been exchanged since.
      reading = Number(newest.get()?.["n"]) + 1;
    },
    known(id) {
      const row = one.get(id);
      return row === undefined
        ? undefined
        : { digest: String(row["digest"]), met: Number(row["reading"]) === reading };
    },
    note: (items, ids) =>
      together(() => {
        for (const { id, digest } of items) put.run(id, digest, reading);
        if (ids.length > 0) db.exec("DELETE FROM unsettled");
        for (const id of ids) putLast.run(id);
      }),
    gone: () =>
      db
        .prepare("SELECT id FROM now_rows WHERE reading < ?")
        .all(reading)
        .map((row) => String(row["id"])),
    settled: (gone) =>
      together(() => {
        for (const id of gone) drop.run(id);
        db.exec("DELETE FROM unsettled");
      }),
    count: () => Number(counted.get()?.["n"]),
    sample(most) {
      const step = Math.max(1, Math.floor(Number(counted.get()?.["n"]) / most));
      return db
        .prepare(
          "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM now_rows) WHERE (n - 1) % ? = 0 LIMIT ?",
        )
        .all(step, most)
        .map((row) => String(row["id"]));
    },
  };
}
