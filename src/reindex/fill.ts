import { UserError } from "../diagnostic/user-error.ts";
import type { Database } from "../migrations/database/database.ts";
import { type Text, textsAtOnce } from "./embed.ts";
import { type Item, itemOf } from "./item.ts";
import type { Ledger } from "./ledger.ts";
import { keyOf, nextRows, type Selection } from "./select.ts";

export interface MadeVector {
  readonly id: string;
  readonly values: readonly number[];
  readonly metadata: Item["metadata"];
}

/** What a reading works with. */
export interface Filling {
  readonly database: Database;
  readonly selection: Selection;
  readonly ledger: Ledger;
  readonly embed: (texts: readonly Text[]) => Promise<readonly (readonly number[])[]>;
  /** Puts vectors into the index, over those of their ids; once it returns, they were taken, and are carried out some time later. */
  readonly put: (vectors: readonly MadeVector[]) => Promise<void>;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  /** Waits until the index has carried out all that it took; throws where it does not. */
  readonly settle: () => Promise<void>;
  /** Texts a second, at most. */
  readonly rate: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears how many rows were read. */
  readonly progress: (read: number, embedded: number) => void;
}

/** What one reading of all rows found. */
export interface Reading {
  readonly rows: number;
  /** New or changed since the reading before. */
  readonly embedded: number;
  readonly removed: number;
  /** Some of the ids of those two. */
  readonly such: readonly string[];
  /** Rows without a text. */
  readonly without: number;
}

/** So many of the ids that a reading found are told. */
const toldIds = 5;

/**
 * Reads every row, and embeds those whose text or metadata are others than when they were embedded; takes the vectors of rows that are gone away. Ended
 * anywhere, the next reading embeds what is missing: a page twice at most.
 */
export async function readOnce(filling: Filling): Promise<Reading> {
  const { database, selection, ledger, rate, sleep } = filling;
  ledger.begin();
  const found = { rows: 0, embedded: 0, without: 0 };
  const such: string[] = [];
  let after: string | number | undefined;
  for (;;) {
    const startedMs = performance.now();
    const page = await nextRows(database, selection, after, textsAtOnce);
    const last = page.at(-1);
    if (last === undefined) break;
    const items = page.flatMap((row) => itemOf(row, selection) ?? []);
    for (const { id } of items) if (ledger.known(id)?.met === true) throw twice(database, id);
    const other = items.filter(({ id, digest }) => ledger.known(id)?.digest !== digest);
    if (other.length > 0) {
      const values = await filling.embed(other);
      await filling.put(other.map(({ id, metadata }, i) => ({ id, metadata, values: values[i] ?? [] })));
    }
    ledger.note(
      items,
      other.map(({ id }) => id),
    );
    such.push(...other.slice(0, toldIds - such.length).map(({ id }) => id));
    found.rows += page.length;
    found.embedded += other.length;
    found.without += page.length - items.length;
    after = keyOf(last, selection);
    filling.progress(found.rows, found.embedded);
    if (page.length < textsAtOnce) break;
    await sleep(Math.max(0, (other.length / rate) * 1000 - (performance.now() - startedMs)));
  }
  const gone = ledger.gone();
  for (let from = 0; from < gone.length; from += textsAtOnce)
    await filling.remove(gone.slice(from, from + textsAtOnce));
  await filling.settle();
  // Only now: killed before, the next reading takes them away again.
  ledger.settled(gone);
  return { ...found, removed: gone.length, such: [...such, ...gone].slice(0, toldIds) };
}

/**
 * Reads until a reading finds nothing new: what was written during the one before is in the index then. Gives the readings, the last of which found
 * nothing unless rows change faster than they are read.
 */
export async function readUntilQuiet(filling: Filling, most: number): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  while (readings.length < most) {
    const reading = await readOnce(filling);
    readings.push(reading);
    if (isQuiet(reading)) break;
  }
  return readings;
}

export const isQuiet = ({ embedded, removed }: Reading): boolean => embedded + removed === 0;

const twice = (database: Database, id: string): UserError =>
  new UserError({
    what: "Two rows of the recipe would be one vector",
    where: `${database.label}, row ${JSON.stringify(id)}`,
    got: "a text and a number that are written alike",
    expected: "another id in each row",
    fix: "select a column of one type first",
  });
