import { isNumbered, newCounting } from "../d1/counting.ts";
import type { Pace } from "../d1/pace.ts";
import { allAtOnce, atOnceBytes, type Page, pages, type ReadPage } from "../d1/pages.ts";
import type { DumpedTable } from "../d1/tables.ts";
import type { DatabaseEntry } from "../store/manifest.ts";
import type { BoundDatabase } from "./bound-database.ts";
import { type Into, linesInto, type WrittenFile } from "./files.ts";
import { TooLarge } from "./too-large.ts";
import type { HalfRead, Held } from "./under-way.ts";

/** What reading a database needs besides. */
export interface Reading {
  readonly into: Into;
  readonly held: Held;
  readonly pace: Pace;
  /** A name for one more file of rows. */
  readonly nameOf: () => string;
}

/** The rows of a database, all of them. */
export interface RowsRead {
  readonly files: readonly WrittenFile[];
  readonly tables: DatabaseEntry["tables"];
  readonly isAtOnce: boolean;
}

/**
 * Reads what is missing of a database's rows into files, and notes after each of them how far it came; undefined where this invocation has done its
 * share. Only a row number is noted of a row. A table without them is read from its beginning each time, and counts at its end.
 */
export async function readRows(
  database: BoundDatabase,
  tables: readonly DumpedTable[],
  begun: HalfRead,
  { into, held, pace, nameOf }: Reading,
): Promise<RowsRead | undefined> {
  const { share } = into;
  const readable = tables.filter(({ content }) => content.kind === "rows");
  const lines = linesInto(into, nameOf);
  const counted = new Map<string, Counts>();
  const rows = readable.map((_, at) => begun.rows[at] ?? 0);
  const files = [...begun.files];
  const note = async (table: number, behind: string | null): Promise<void> => {
    if (!lines.isEmpty()) files.push(await lines.close());
    await held.save({
      now: { ...begun, files: [...files], table, behind, rows: [...rows] },
      ...{ tries: 0, failed: undefined },
    });
  };
  const isSmall = files.length === 0 && database.sizeBytes() <= atOnceBytes;
  const whole = isSmall ? await allAtOnce(database, readable, pace) : undefined;
  for (const [at, table] of readable.entries()) {
    if (at < begun.table) continue;
    const behind = at === begun.table ? (begun.behind ?? undefined) : undefined;
    const numbered = isNumbered(table);
    const counting = behind === undefined ? newCounting(table) : undefined;
    if (behind === undefined) rows[at] = 0;
    // So that none of its files has rows of another table.
    if (!numbered && whole === undefined && !lines.isEmpty()) await note(at, null);
    const startedAt = share.spent();
    for await (const page of whole === undefined ? pages(database, table, pace, behind) : of(whole, table)) {
      counting?.add(page);
      rows[at] = (rows[at] ?? 0) + page.rows.length;
      lines.add(`${JSON.stringify({ table: table.name, rows: page.rows })}\n`);
      if (!lines.isFull()) continue;
      if (whole !== undefined) {
        // Of one moment: it is gone on with nowhere but at its beginning.
        files.push(await lines.close());
        continue;
      }
      if (numbered) await note(at, page.last);
      else {
        files.push(await lines.close());
        await held.save({});
      }
      if (share.spent() < 1) continue;
      if (!numbered && share.spent() - startedAt > 0.8) throw tooLarge(database, table);
      return undefined;
    }
    if (counting !== undefined) counted.set(table.name, countsOf(counting.end()));
    if (!numbered && whole === undefined) {
      await note(at + 1, null);
      if (share.spent() >= 1) return undefined;
    }
  }
  if (!lines.isEmpty() || files.length === 0) files.push(await lines.close());
  return {
    files,
    tables: readable.map(({ name }, at) => ({ name, rows: rows[at] ?? 0, ...counted.get(name) })),
    isAtOnce: whole !== undefined,
  };
}

type Counts = Pick<DatabaseEntry["tables"][number], "digest" | "newest" | "newestBy">;

const countsOf = ({
  digest,
  newest,
  newestBy,
}: ReturnType<ReturnType<typeof newCounting>["end"]>): Counts => ({
  digest,
  ...(newest !== undefined && { newest }),
  ...(newestBy !== undefined && { newestBy }),
});

async function* of(whole: readonly Page[], table: DumpedTable): AsyncGenerator<ReadPage> {
  for (const page of whole) if (page.table === table) yield { ...page, last: "" };
}

const tooLarge = ({ label }: BoundDatabase, { name }: DumpedTable): TooLarge =>
  new TooLarge(
    `table ${name} of ${label} is WITHOUT ROWID, so it is read in one invocation, and it is too large for one: let CI run the backup`,
  );
