import { newCounting } from "../d1/counting.ts";
import type { Pace } from "../d1/pages/pace.ts";
import type { Page, ReadPage } from "../d1/pages/page.ts";
import { allAtOnce, atOnceBytes, pages } from "../d1/pages/pages.ts";
import type { DumpedTable } from "../d1/tables.ts";
import type { DatabaseEntry } from "../store/manifest.ts";
import type { BoundDatabase } from "./bound-database.ts";
import { type Into, linesInto, type WrittenFile } from "./files.ts";
import type { Notes } from "./notes.ts";
import type { HalfRead, Held } from "./under-way.ts";

/** What reading a database needs besides. */
export interface Reading {
  readonly into: Into;
  readonly held: Held;
  readonly notes: Notes;
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
 * share.
 * @param begun with the key that is gone on behind in clear
 */
export async function readRows(
  database: BoundDatabase,
  tables: readonly DumpedTable[],
  begun: HalfRead,
  { into, held, notes, pace, nameOf }: Reading,
): Promise<RowsRead | undefined> {
  const { share } = into;
  const readable = tables.filter(({ content }) => content.kind === "rows");
  const lines = linesInto(into, nameOf);
  const counted = new Map<string, Counts>();
  const rows = readable.map((_, at) => begun.rows[at] ?? 0);
  const files = [...begun.files];
  const note = async (table: number, behind: string): Promise<void> => {
    files.push(await lines.close());
    const now = { ...begun, files: [...files], table, behind: await notes.seal(behind), rows: [...rows] };
    await held.save({ now, tries: 0, failed: undefined });
  };
  const isSmall = files.length === 0 && database.sizeBytes() <= atOnceBytes;
  const whole = isSmall ? await allAtOnce(database, readable, pace) : undefined;
  for (const [at, table] of readable.entries()) {
    if (at < begun.table) continue;
    const behind = at === begun.table ? (begun.behind ?? undefined) : undefined;
    const counting = behind === undefined ? newCounting(table) : undefined;
    if (behind === undefined) rows[at] = 0;
    for await (const page of whole === undefined ? pages(database, table, pace, behind) : of(whole, table)) {
      counting?.add(page);
      rows[at] = (rows[at] ?? 0) + page.rows.length;
      lines.add(`${JSON.stringify({ table: table.name, rows: page.rows })}\n`);
      if (!lines.isFull()) continue;
      // Of one moment: it is gone on with nowhere but at its beginning.
      if (whole !== undefined) files.push(await lines.close());
      else {
        await note(at, page.last);
        if (share.spent() >= 1) return undefined;
      }
    }
    if (counting !== undefined) counted.set(table.name, countsOf(counting.end()));
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
